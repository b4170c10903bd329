/* A user's kernel against its signature: a launch passes what the signature says, and a kernel that
 * takes anything else would read past it. So the compiler is asked: an assertion goes behind the
 * source. Knows templates, and no compiler. */
#include "jit/code.h"
#include <stdio.h>
#include <string.h>

static const char templates[] =
    "template <class T> struct calx_bytes { static const int value = sizeof(T); };\n"
    "template <class T> struct calx_bytes<T *> { static const int value = 0; };\n"
    "template <int...> struct calx_list {};\n"
    "template <class F> struct calx_parameters;\n"
    "template <class... P> struct calx_parameters<void(P...)>\n"
    "{ typedef calx_list<calx_bytes<P>::value...> type; };\n"
    "template <class A, class B> struct calx_same { static const bool value = false; };\n"
    "template <class A> struct calx_same<A, A> { static const bool value = true; };\n";

cx_status cuda_parameters_checked(const char *where, const cx_kernel_source *s, char **out)
{
    enum { ONE = 24 }; /* characters of a parameter, twice */
    const size_t cap = strlen(s->text) + 4 * strlen(s->name) + sizeof templates + 256 +
                       2 * ONE * (size_t)s->n_args;
    char *const text = cuda_core->alloc(cap);
    if (text == NULL)
        return cuda_core->fail(CX_E_NOMEM, where, "cannot allocate %zu bytes for the source of %s",
                               cap, s->name);
    size_t n = (size_t)snprintf(text, cap,
                                "%s\n#line 1 \"signature of %s\"\n%s"
                                "static_assert(calx_same<calx_parameters<decltype(%s)>::type, "
                                "calx_list<",
                                s->text, s->name, templates, s->name);
    for (int i = 0; i < s->n_args; i++)
        n += (size_t)snprintf(text + n, cap - n, "%s%d", i > 0 ? ", " : "", s->arg_bytes[i]);
    n += (size_t)snprintf(
        text + n, cap - n,
        "> >::value, \"the parameters of %s are not those of its signature:", s->name);
    for (int i = 0; i < s->n_args; i++)
        n += (size_t)(s->arg_bytes[i] == 0
                          ? snprintf(text + n, cap - n, "%s a pointer", i > 0 ? "," : "")
                          : snprintf(text + n, cap - n, "%s %d bytes", i > 0 ? "," : "",
                                     s->arg_bytes[i]));
    snprintf(text + n, cap - n, "\");\n");
    *out = text;
    return CX_OK;
}
