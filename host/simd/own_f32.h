/* Which functions of float32 have own vectors of 512 bits, as macros for loops/math.inc. */
#include "own_arc_f32.h"
#include "own_exp_f32.h"
#include "own_log_f32.h"
#include "own_power_f32.h"
#include "own_root_f32.h"
#include "own_trig_f32.h"
#define VEC_EXP(v) own_exp_f32(v)
#define VEC_EXP2(v) own_exp2_f32(v)
#define VEC_EXPM1(v) own_expm1_f32(v)
#define VEC_LOG(v) own_log_f32(v)
#define VEC_LOG2(v) own_log2_f32(v)
#define VEC_LOG10(v) own_log10_f32(v)
#define VEC_LOG1P(v) own_log1p_f32(v)
#define VEC_SIN(v) own_sin_f32(v)
#define VEC_COS(v) own_cos_f32(v)
#define VEC_TAN(v) own_tan_f32(v)
#define VEC_ASIN(v) own_arcsin_f32(v)
#define VEC_ACOS(v) own_arccos_f32(v)
#define VEC_ATAN(v) own_arctan_f32(v)
#define VEC_SINH(v) own_sinh_f32(v)
#define VEC_COSH(v) own_cosh_f32(v)
#define VEC_TANH(v) own_tanh_f32(v)
#define VEC_ASINH(v) own_arcsinh_f32(v)
#define VEC_ACOSH(v) own_arccosh_f32(v)
#define VEC_ATANH(v) own_arctanh_f32(v)
#define VEC_CBRT(v) own_cbrt_f32(v)
#define VEC_POW(v, w) own_power_f32(v, w)
#define PLAIN_POW(v, w, some) power_plain_f32(v, w, some)
#define VEC_ATAN2(v, w) own_arctan2_f32(v, w)
