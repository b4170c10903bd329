/* Hypergeometric variates: few draws one by one, many by the ratio of uniforms. The frozen stream
 * has an older form of each.
 * Source: E. Stadlober, J. Computational and Applied Mathematics 31 (1990), algorithm HRUA. */
#include "variates.h"

static const double slope = 1.7155277699214135;  /* 2 sqrt(2 / e) */
static const double offset = 0.8989161620588988; /* 3 - 2 sqrt(3 / e) */

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* log(k!), correctly rounded */
static const double log_factorials[126] = {
    0x0.0p+0,
    0x0.0p+0,
    0x1.62e42fefa39efp-1,
    0x1.cab0bfa2a2002p+0,
    0x1.96ca77c922cf9p+1,
    0x1.326643c4479c9p+2,
    0x1.a51273acf01cap+2,
    0x1.10ce1f32dcc30p+3,
    0x1.5358e82fcb70dp+3,
    0x1.99a8921a7f7cfp+3,
    0x1.e357590954d15p+3,
    0x1.180973f3a8d74p+4,
    0x1.3fcba16d50143p+4,
    0x1.68d5a9c3b32cep+4,
    0x1.930f3df162a42p+4,
    0x1.be636a63fd346p+4,
    0x1.eabff061f1a84p+4,
    0x1.0c0a63f2f353ap+5,
    0x1.2329df2d5ee52p+5,
    0x1.3ab8153363985p+5,
    0x1.52af57aed77bep+5,
    0x1.6b0a8643472a9p+5,
    0x1.83c4faba84f06p+5,
    0x1.9cda78b856a45p+5,
    0x1.b6472034e8d14p+5,
    0x1.d007622cd65e7p+5,
    0x1.ea17f717c6794p+5,
    0x1.023aeb67e4fefp+6,
    0x1.0f8f18d330240p+6,
    0x1.1d07353917231p+6,
    0x1.2aa208b59d0e5p+6,
    0x1.385e6fd9e5a40p+6,
    0x1.463b59b942084p+6,
    0x1.5437c633ace4ap+6,
    0x1.6252c474896bap+6,
    0x1.708b719e11658p+6,
    0x1.7ee0f79b26758p+6,
    0x1.8d528c1243d96p+6,
    0x1.9bdf6f75257a3p+6,
    0x1.aa86ec2969812p+6,
    0x1.b94855c702ba2p+6,
    0x1.c8230869ca105p+6,
    0x1.d7166813e12eep+6,
    0x1.e621e01eeba4fp+6,
    0x1.f544e2ba69cf1p+6,
    0x1.023f743addd9fp+7,
    0x1.09e7b7ea41ea9p+7,
    0x1.119afe762626bp+7,
    0x1.19590c853a559p+7,
    0x1.2121a930c6ec3p+7,
    0x1.28f49ddeb1f31p+7,
    0x1.30d1b61e86335p+7,
    0x1.38b8bf8931ddbp+7,
    0x1.40a989a33a6cdp+7,
    0x1.48a3e5c12af19p+7,
    0x1.50a7a6ee08711p+7,
    0x1.58b4a1d39da73p+7,
    0x1.60caaca474746p+7,
    0x1.68e99f0757979p+7,
    0x1.711152043b2c4p+7,
    0x1.79419ff26dc59p+7,
    0x1.817a6467f6fb9p+7,
    0x1.89bb7c2a0aea1p+7,
    0x1.9204c51e7c761p+7,
    0x1.9a561e3e1a4bdp+7,
    0x1.a2af6787e4609p+7,
    0x1.ab1081f509726p+7,
    0x1.b3794f6d9d7afp+7,
    0x1.bbe9b2bdfb621p+7,
    0x1.c4618f8cc56f7p+7,
    0x1.cce0ca5179100p+7,
    0x1.d567484b8b7b6p+7,
    0x1.ddf4ef7a05a70p+7,
    0x1.e689a69396befp+7,
    0x1.ef2554ff15148p+7,
    0x1.f7c7e2cc66183p+7,
    0x1.00389c56e3462p+8,
    0x1.04909ff8b652bp+8,
    0x1.08ebf13dbf263p+8,
    0x1.0d4a85602b129p+8,
    0x1.11ac51df8932ap+8,
    0x1.16114c7e34736p+8,
    0x1.1a796b3ede1acp+8,
    0x1.1ee4a46236d3ep+8,
    0x1.2352ee64b46d5p+8,
    0x1.27c43ffc72962p+8,
    0x1.2c3890172d057p+8,
    0x1.30afd5d851956p+8,
    0x1.352a089728f1bp+8,
    0x1.39a71fdd14947p+8,
    0x1.3e271363e0df7p+8,
    0x1.42a9db142a36ap+8,
    0x1.472f6f03d410cp+8,
    0x1.4bb7c77491066p+8,
    0x1.5042dcd27af64p+8,
    0x1.54d0a7b2ba658p+8,
    0x1.596120d23c4ecp+8,
    0x1.5df4411475a1cp+8,
    0x1.628a018233bedp+8,
    0x1.67225b4879462p+8,
    0x1.6bbd47b7669b6p+8,
    0x1.705ac0412d89fp+8,
    0x1.74fabe790f7bep+8,
    0x1.799d3c1265c0ep+8,
    0x1.7e4232dfb367dp+8,
    0x1.82e99cd1c0368p+8,
    0x1.879373f6bc4fep+8,
    0x1.8c3fb2796c21cp+8,
    0x1.90ee52a05c35fp+8,
    0x1.959f4ecd1c8b3p+8,
    0x1.9a52a17b831ccp+8,
    0x1.9f084540f545ep+8,
    0x1.a3c034cbb7b2cp+8,
    0x1.a87a6ae24493ap+8,
    0x1.ad36e262a7cc0p+8,
    0x1.b1f59641e0db5p+8,
    0x1.b6b6818b4a3ebp+8,
    0x1.bb799f600610ap+8,
    0x1.c03eeaf66facdp+8,
    0x1.c5065f9992226p+8,
    0x1.c9cff8a8a340dp+8,
    0x1.ce9bb196830eap+8,
    0x1.d36985e93f7b8p+8,
    0x1.d83971399c213p+8,
    0x1.dd0b6f329dea4p+8,
    0x1.e1df7b911a74cp+8,
};

static double log_factorial(int64_t n)
{
    const double half_log_2pi = 0.9189385332046728;
    if (n < 126) return log_factorials[n];
    const double k = (double)n;
    return (k + 0.5) * log(k) - k + (half_log_2pi + (1.0 / k) * (1 / 12.0 - 1 / (360.0 * k * k)));
}

/* An urn: `few` of the rarer kind, `many` of the other, of which `drawn` are taken out (at most
 * half of them: the rest is as good). */
typedef struct urn {
    int64_t few, many, drawn;
    bool legacy;
} urn;

/* -log of the weight of k, up to a constant */
static double log_weight(const urn *a, int64_t k)
{
    const int64_t rest = a->many - a->drawn + k;
    if (a->legacy)
        return host_log_gamma((double)(k + 1)) + host_log_gamma((double)(a->few - k + 1)) +
               host_log_gamma((double)(a->drawn - k + 1)) + host_log_gamma((double)(rest + 1));
    return log_factorial(k) + log_factorial(a->few - k) + log_factorial(a->drawn - k) +
           log_factorial(rest);
}

static int64_t by_ratio(host_variates *v, const urn *a, int64_t sample)
{
    const int64_t all = a->few + a->many;
    const double total = (double)all, drawn = (double)a->drawn, p = (double)a->few / total;
    const double q = v->legacy ? 1.0 - p : (double)a->many / total;
    /* the frozen stream takes the sample as it was asked for */
    const double taken = v->legacy ? (double)sample : drawn;
    const double mean = drawn * p + 0.5;
    const double deviation =
        sqrt((double)(all - a->drawn) * taken * p * q / (double)(all - 1) + 0.5);
    const double width = slope * deviation + offset;
    const int64_t mode =
        (int64_t)floor((double)(a->drawn + 1) * (double)(a->few + 1) / (total + 2));
    const double top = log_weight(a, mode), far = floor(mean + 16.0 * deviation);
    const double support = (double)least(a->drawn, a->few) + 1.0;
    const double end = support < far ? support : far;
    for (;;) {
        const double u = variates_unit(v), w = variates_unit(v);
        const double x = mean + width * (w - 0.5) / u;
        if (!(x >= 0.0) || x >= end) continue;
        const int64_t k = (int64_t)floor(x);
        const double level = top - log_weight(a, k);
        if (u * (4.0 - u) - 3.0 <= level) return k;
        if (u * (u - level) >= 1.0) continue;
        if (2.0 * log(u) <= level) return k;
    }
}

static int64_t large(host_variates *v, int64_t good, int64_t bad, int64_t sample)
{
    const urn a = {least(good, bad), good < bad ? bad : good, least(sample, good + bad - sample),
                   v->legacy};
    int64_t k = by_ratio(v, &a, sample);
    if (good > bad) k = a.drawn - k;
    return a.drawn < sample ? good - k : k;
}

/* Each drawn by a bounded integer, until one kind is used up. */
static int64_t one_by_one(host_variates *v, int64_t good, int64_t bad, int64_t sample)
{
    const int64_t all = good + bad;
    const bool complement = sample > all / 2;
    int64_t left = all, good_left = good, count = complement ? all - sample : sample;
    for (; count > 0 && good_left > 0 && left > good_left; count--) {
        left--;
        if (host_interval(v->words.g, (uint64_t)left) < (uint64_t)good_left) good_left--;
    }
    if (left == good_left) good_left -= count;
    return complement ? good_left : good - good_left;
}

static int64_t one_by_one_legacy(host_variates *v, int64_t good, int64_t bad, int64_t sample)
{
    const int64_t few = least(good, bad), others = good + bad - sample;
    int64_t left = few;
    for (int64_t k = sample; left > 0 && k > 0; k--)
        left -= (int64_t)floor(variates_unit(v) + (double)left / (double)(others + k));
    const int64_t taken = few - left;
    return good > bad ? sample - taken : taken;
}

int64_t host_hypergeometric_next(host_variates *v, int64_t good, int64_t bad, int64_t sample)
{
    if (v->legacy) {
        if (sample > 10) return large(v, good, bad, sample);
        return sample > 0 ? one_by_one_legacy(v, good, bad, sample) : 0;
    }
    if (sample >= 10 && sample <= good + bad - 10) return large(v, good, bad, sample);
    return one_by_one(v, good, bad, sample);
}

int64_t host_draw_hypergeometric(host_variates *v, const host_number *p)
{
    return host_hypergeometric_next(v, p[0].i64, p[1].i64, p[2].i64);
}
