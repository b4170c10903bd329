/* Files inside the program, as they are: the assembler takes them in, so that nothing is generated
 * and each file has one place. The build has to know that the object depends on them. */
#ifndef CX_BASE_EMBED_H
#define CX_BASE_EMBED_H

/** The bytes of the file at path, a string literal, from cx__file_<name> up to cx__end_<name>,
 * where a NUL stands. Read-only data; the names are hidden in the library, which is one object for
 * the linker. */
#define CX__EMBED(name, path)                                                  \
    __asm__(".pushsection .rodata\n"                                           \
            ".global cx__file_" #name "\n.hidden cx__file_" #name "\n"         \
            ".global cx__end_" #name "\n.hidden cx__end_" #name "\n"           \
            "cx__file_" #name ":\n.incbin \"" path "\"\n"                      \
            "cx__end_" #name ":\n.byte 0\n"                                    \
            ".popsection\n");                                                  \
    extern const char cx__file_##name[] __attribute__((visibility("hidden"))); \
    extern const char cx__end_##name[] __attribute__((visibility("hidden")))
#endif
