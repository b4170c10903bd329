/* Elements of any dtype as wide numbers, for straightforward references. */
#ifndef TEST_NUMBERS_H
#define TEST_NUMBERS_H
#include <calx.h>

typedef struct number {
    long double re, im; /* of every dtype */
    uint64_t bits;      /* integers, sign-extended */
} number;

number number_read(cx_dtype t, const void *p);
bool number_nan(number x);
/** Real part first, then imaginary; NaN above everything (see cx_sort): -1, 0, 1. */
int number_order(cx_dtype t, number a, number b);
/** Distance of 1 to the next number above; 0 for integers. */
long double number_eps(cx_dtype t);
/** Smallest positive number, for results that underflow. */
long double number_tiny(cx_dtype t);
/** One element of moderate size, with NaN now and then where nan is asked for. */
void number_write(cx_dtype t, void *p, uint64_t random, bool nan);
#endif
