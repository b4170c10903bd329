/* Names made of pieces, for include-templates. */
#ifndef CX_HOST_PASTE_H
#define CX_HOST_PASTE_H
#define PASTE_(a, b) a##b
#define PASTE(a, b) PASTE_(a, b)
#define PASTE3_(a, b, c) a##b##c
#define PASTE3(a, b, c) PASTE3_(a, b, c)
#endif
