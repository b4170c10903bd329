#!/usr/bin/env python3
"""Write host/random/mt19937_jump.inc: x^(2^128) modulo MT19937's characteristic polynomial.

Run: python make_mt19937_jump.py > ../../host/random/mt19937_jump.inc
The polynomial comes from 2 * 19937 bits of output by Berlekamp and Massey's algorithm, the power from
128 squarings. Polynomials over GF(2) are Python integers, bit i the coefficient of x^i.
"""
N, M, DEGREE = 624, 397, 19937


def top_bits(count):
    """The highest bit of successive words of the recurrence."""
    x = [0x12345678 * (i + 1) & 0xFFFFFFFF for i in range(N)]
    for k in range(count):
        y = (x[k] & 0x80000000) | (x[k + 1] & 0x7FFFFFFF)
        x.append(x[k + M] ^ (y >> 1) ^ (0x9908B0DF if y & 1 else 0))
        yield x[k + N] >> 31


def recurrence_of(bits):
    """The shortest linear recurrence, as a polynomial."""
    c, b, length, gap, seen = 1, 1, 0, 1, 0
    for n, bit in enumerate(bits):
        seen = seen << 1 | bit  # bit j: the output j steps ago
        if bin(c & seen).count("1") & 1:
            t = c
            c ^= b << gap
            if 2 * length <= n:
                length, b, gap = n + 1 - length, t, 0
        gap += 1
    return length, c


def reversed_bits(p, degree):
    return int(bin(p)[2:].zfill(degree + 1)[::-1], 2)


def square_mod(p, modulus, degree):
    """Squaring over GF(2) puts a 0 between any two bits."""
    p = int("0".join(bin(p)[2:]), 2)
    for i in range(p.bit_length() - 1, degree - 1, -1):
        if p >> i & 1:
            p ^= modulus << (i - degree)
    return p


def main():
    length, c = recurrence_of(top_bits(2 * DEGREE + 64))
    assert length == DEGREE, length
    modulus = reversed_bits(c, DEGREE)
    p = 2
    for _ in range(128):
        p = square_mod(p, modulus, DEGREE)
    words = [p >> 32 * i & 0xFFFFFFFF for i in range(N)]
    print("/* x^(2^128) modulo the characteristic polynomial of MT19937: bit i % 32 of word i / 32 is "
          "the\n * coefficient of x^i. Computed by tests/golden/make_mt19937_jump.py. */")
    for i in range(0, N, 8):
        print("    " + " ".join(f"0x{w:08x}," for w in words[i:i + 8]))


main()
