/* The spec notation: what parses, how it prints, and that hostile text is an error with a place. */
#include "learn/base/estimator.h"
#include "sample_estimators.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cx_scope scope;
static void open(void)
{
    scope = cx_scope_open();
    cr_assert_eq(sample_register(), CX_OK, "%s", cx_error_message());
}
static void close(void)
{
    scope_drop(scope);
}
TestSuite(spec, .init = open, .fini = close);

static void prints(const char *text, const char *printed)
{
    const cx_estimator *const m = cx_estimator_new(text);
    cr_assert_eq(cx_estimator_status(m), CX_OK, "%s: %s", text, cx_error_message());
    cr_expect_str_eq(cx_estimator_spec(m), printed);
    const cx_estimator *const again = cx_estimator_new(printed);
    cr_expect_str_eq(cx_estimator_spec(again), printed, "what is printed parses and prints alike");
}

static void fails(const char *text, cx_status st, const char *message)
{
    const cx_scope s = cx_scope_open();
    cr_expect_eq(cx_estimator_status(cx_estimator_new(text)), st, "%s: %s", text,
                 cx_error_message());
    cr_expect(error_has(message), "%s: '%s' lacks '%s'", text, cx_error_message(), message);
    cr_expect_eq(cx_scope_close(s), st);
}

Test(spec, own_classes_pass_their_checks)
{
    for (int i = 0; i < cx_estimator_class_count(); i++) {
        const cx_estimator_class *const c = cx_estimator_class_at(i);
        cr_expect_eq(cx__class_check(c), CX_OK, "%s", cx_error_message());
        cr_expect_eq(cx_estimator_class_find(c->name), c);
    }
    cr_expect_null(cx_estimator_class_at(-1));
    cr_expect_null(cx_estimator_class_at(cx_estimator_class_count()));
}

Test(spec, defaults_are_not_printed)
{
    prints("Unions()", "Unions()");
    prints(" Unions ( gamma = 'scale' , flag = True, tol=1e-4, ) ", "Unions()");
    prints("Unions(tol=0.001)", "Unions(tol=0.001)");
    prints("Unions(gap=nan)", "Unions()");
}

Test(spec, literals)
{
    prints("Unions(gamma=1)", "Unions(gamma=1)");
    prints("Unions(gamma=1.0)", "Unions(gamma=1.0)");
    prints("Unions(gamma=.5)", "Unions(gamma=0.5)");
    prints("Unions(tol=1e-5)", "Unions(tol=1e-05)");
    prints("Unions(tol=12345678.5)", "Unions(tol=12345678.5)");
    prints("Unions(tol=1e15)", "Unions(tol=1000000000000000.0)");
    prints("Unions(tol=1e16)", "Unions(tol=1e+16)");
    prints("Unions(tol=1.5e300)", "Unions(tol=1.5e+300)");
    prints("Unions(tol=0.00012)", "Unions(tol=0.00012)");
    prints("Unions(gap=-inf)", "Unions(gap=-inf)");
    prints("Unions(gap=np.inf)", "Unions(gap=inf)");
    prints("Unions(gap=-0.0)", "Unions(gap=-0.0)");
    prints("Unions(gap=+3)", "Unions(gap=3)");
    prints("Unions(gap=9223372036854775807)", "Unions(gap=9223372036854775807)");
    prints("Unions(flag=False)", "Unions(flag=False)");
    prints("Unions(gamma=\"auto\")", "Unions(gamma='auto')");
    prints("Unions(values=[])", "Unions(values=[])");
    prints("Unions(values=(1,))", "Unions(values=(1,))");
    prints("Unions(values=(1, 2.5))", "Unions(values=(1, 2.5))");
    prints("Unions(values=[1,[2,(3,4)],None,])", "Unions(values=[1, [2, (3, 4)], None])");
    prints("Unions(weights={0: 1.0, 'a': 2, })", "Unions(weights={0: 1.0, 'a': 2})");
    prints("Unions(weights={})", "Unions(weights={})");
    prints("Unions(values=['it\\'s', \"a\\\\b\", '\\x41\\u00e4\\n'])",
           "Unions(values=[\"it's\", 'a\\\\b', 'A\xc3\xa4\\n'])");
    prints("Unions(gap=((5)))", "Unions(gap=5)");
}

Test(spec, positional_and_nested)
{
    prints("Unions('auto', 5)", "Unions(gamma='auto', n=5)");
    prints("Unions('auto', n=0.5)", "Unions(gamma='auto', n=0.5)");
    prints("Unions(inner=QuantileClipper(q=0.1))", "Unions(inner=QuantileClipper(q=0.1))");
    prints(
        "Unions(inner=QuantileClipper() | NearestMean())",
        "Unions(inner=Pipeline(steps=[('quantileclipper', QuantileClipper()), ('nearestmean', NearestMean())]))");
}

Test(spec, pipelines)
{
    prints(
        "QuantileClipper() | NearestMean()",
        "Pipeline(steps=[('quantileclipper', QuantileClipper()), ('nearestmean', NearestMean())])");
    prints(
        "QuantileClipper()|QuantileClipper(q=0.1)|NearestMean()",
        "Pipeline(steps=[('quantileclipper-1', QuantileClipper()), ('quantileclipper-2', QuantileClipper(q=0.1)), "
        "('nearestmean', NearestMean())])");
    prints("Pipeline(steps=[('scale', QuantileClipper()), ('clf', NearestMean(shift=0.5))])",
           "Pipeline(steps=[('scale', QuantileClipper()), ('clf', NearestMean(shift=0.5))])");
    prints("Pipeline([('a', 'passthrough'), ('b', NearestMean())], verbose=True)",
           "Pipeline(steps=[('a', 'passthrough'), ('b', NearestMean())], verbose=True)");
    prints("passthrough | NearestMean()",
           "Pipeline(steps=[('passthrough', 'passthrough'), ('nearestmean', NearestMean())])");
    prints(
        "make_pipeline(QuantileClipper(), NearestMean())",
        "Pipeline(steps=[('quantileclipper', QuantileClipper()), ('nearestmean', NearestMean())])");
    prints("make_pipeline(NearestMean())", "Pipeline(steps=[('nearestmean', NearestMean())])");
    prints("(QuantileClipper() | QuantileClipper()) | NearestMean()",
           "Pipeline(steps=[('pipeline', Pipeline(steps=[('quantileclipper-1', QuantileClipper()), "
           "('quantileclipper-2', QuantileClipper())])), ('nearestmean', NearestMean())])");
}

Test(spec, errors_say_where_and_suggest)
{
    fails("", CX_E_PARSE, "the text is empty");
    fails("NearestMea()", CX_E_PARSE,
          "no estimator is called 'NearestMea'; did you mean 'NearestMean'?");
    fails("Unions(gama=1)", CX_E_PARSE,
          "Unions has no parameter 'gama'; did you mean 'gamma'? (at character 8)");
    fails("LogisticRegression(c=1)", CX_E_PARSE,
          "LogisticRegression has no parameter 'c'; did you mean 'C'?");
    fails("Unions(gamma=1, gamma=2)", CX_E_PARSE, "'gamma' is given twice");
    fails("Unions(1, gamma=2)", CX_E_PARSE, "'gamma' is given twice");
    fails("Unions(gamma=1, 2)", CX_E_PARSE, "a value without a name");
    fails("Unions(1, 2, 3)", CX_E_PARSE, "at most 2 parameters");
    fails("NearestMean(1)", CX_E_PARSE, "by name only");
    fails("Pipeline()", CX_E_PARSE, "needs the parameter 'steps'");
    fails("NearestMean", CX_E_PARSE, "has parentheses: NearestMean()");
    fails("Unions(gamma=scale)", CX_E_PARSE, "a string has quotes: 'scale'");
    fails("Unions(gamma=1", CX_E_PARSE, "the text ends");
    fails("Unions(gamma=1))", CX_E_PARSE, "goes on after its end");
    fails("Unions(gamma='au", CX_E_PARSE, "this string has no end (at character 14)");
    fails("Unions(gamma='a\nb')", CX_E_PARSE, "the line ends inside a string");
    fails("Unions(gamma='\\q')", CX_E_PARSE, "unknown escape \\q");
    fails("Unions(gamma='\\x00')", CX_E_PARSE, "cannot stand in a string");
    fails("Unions(gamma='\\ud800')", CX_E_PARSE, "cannot stand in a string");
    fails("Unions(gap=99999999999999999999)", CX_E_PARSE, "does not fit into 64 bits");
    fails("Unions(gap=1.2.3)", CX_E_PARSE, "a number ends in '.'");
    fails("Unions(gap=1_000)", CX_E_PARSE, "a number ends in '_'");
    fails("Unions(weights={[1]: 2})", CX_E_PARSE, "a dict's key");
    fails("Unions(weights={1 2})", CX_E_PARSE, "':' expected");
    fails("5", CX_E_PARSE, "not an estimator");
    fails("NearestMean() | 5", CX_E_PARSE, "only estimators can be joined");
    fails("NearestMean() || NearestMean()", CX_E_PARSE, "begins no value");
    fails("make_pipeline()", CX_E_PARSE, "make_pipeline takes estimators");
    fails("__import__('os')", CX_E_PARSE, "no estimator is called");
    fails("NearestMean();", CX_E_PARSE, "goes on after its end");
    fails("\xff\xfe", CX_E_PARSE, "not UTF-8");
    fails("Unions(\xc3\xa4=1)", CX_E_PARSE, "a value expected");
}

Test(spec, values_are_checked_against_the_table)
{
    fails("Unions(gamma='x')", CX_E_ARGUMENT,
          "parameter 'gamma' is 'x'; it must be one of {'scale', 'auto'}, (0, inf)");
    fails("Unions(gamma=0.0)", CX_E_ARGUMENT, "must lie in");
    fails("Unions(gamma=None)", CX_E_ARGUMENT,
          "parameter 'gamma' is None; it takes a float or a string");
    fails("Unions(gamma=True)", CX_E_ARGUMENT, "it takes a float or a string");
    fails("Unions(n=0)", CX_E_ARGUMENT, "int [1, inf)");
    fails("Unions(n=1.0)", CX_E_ARGUMENT, "float (0, 1)");
    fails("Unions(n='ml')", CX_E_ARGUMENT, "'mle'");
    fails("Unions(count=11)", CX_E_ARGUMENT, "parameter 'count' is 11; it must lie in [1, 10]");
    fails("Unions(count=2.0)", CX_E_ARGUMENT, "it takes an integer");
    fails("Unions(tol=nan)", CX_E_ARGUMENT, "must lie in");
    fails("Unions(tol=inf)", CX_E_ARGUMENT, "must lie in [0, inf)");
    fails("Unions(flag=1)", CX_E_ARGUMENT, "it takes True or False");
    fails("Unions(inner=3)", CX_E_ARGUMENT, "it takes None or an estimator");
    fails("Pipeline(steps=[])", CX_E_ARGUMENT, "'steps' is empty");
    fails("Pipeline(steps=[NearestMean()])", CX_E_ARGUMENT, "no ('name', estimator)");
    fails("Pipeline(steps=[('a', 3)])", CX_E_ARGUMENT, "neither an estimator");
    fails("Pipeline(steps=[('a', 'pass')])", CX_E_ARGUMENT, "takes an estimator or 'passthrough'");
    fails("Pipeline(steps=[('a__b', NearestMean())])", CX_E_ARGUMENT, "cannot name a step");
    fails("Pipeline(steps=[('steps', NearestMean())])", CX_E_ARGUMENT, "the name of a parameter");
    fails("Pipeline(steps=[('a', NearestMean()), ('a', NearestMean())])", CX_E_ARGUMENT,
          "two steps are called 'a'");
}

static char *repeat(const char *what, int n, const char *end)
{
    const size_t len = strlen(what);
    char *const text = malloc(len * (size_t)n + strlen(end) + 1);
    cr_assert_not_null(text);
    for (int i = 0; i < n; i++) memcpy(text + len * (size_t)i, what, len);
    strcpy(text + len * (size_t)n, end);
    return text;
}

Test(spec, depth_and_length_are_bounded)
{
    static const char *const open_ended[] = {
        "(", "[", "{1:", "Unions(inner=", "Pipeline([('a',", "make_pipeline(", "Unions(values=["};
    for (size_t i = 0; i < sizeof open_ended / sizeof *open_ended; i++) {
        char *const text = repeat(open_ended[i], 50000, "");
        fails(text, CX_E_PARSE, "nested deeper than");
        free(text);
    }
    /* what `|` makes nests deeper than its text: whatever is accepted must print as something
     * that parses */
    for (int n = 1; n < 30; n++) {
        const cx_scope s = cx_scope_open();
        char *const text = repeat("(NearestMean() | ", n, "NearestMean()");
        char *const right = repeat(")", n, "");
        char whole[1024];
        snprintf(whole, sizeof whole, "%s%s", text, right);
        const cx_estimator *const m = cx_estimator_new(whole);
        const bool fine = cx_estimator_status(m) == CX_OK;
        cr_expect(fine || error_has("nested deeper than"), "%s", cx_error_message());
        cr_expect(fine == (n < 10) || n == 10, "%d levels", n);
        if (fine)
            cr_expect_eq(cx_estimator_status(cx_estimator_new(cx_estimator_spec(m))), CX_OK, "%s",
                         cx_error_message());
        free(text);
        free(right);
        scope_drop(s);
    }
    char *const huge = repeat("x", 1 << 21, "()");
    fails(huge, CX_E_PARSE, "is longer than");
    huge[1000] = '\0';
    fails(huge, CX_E_PARSE, "a name of 1000 characters is too long");
    free(huge);
    char *const wide = repeat("0,", 100000, "])");
    memcpy(wide, "Unions( values=[", 16);
    const cx_estimator *const m = cx_estimator_new(wide);
    cr_expect_eq(cx_estimator_status(m), CX_OK, "%s", cx_error_message());
    free(wide);
}

/* Every prefix of a valid text, and every text with one byte changed, is a value or an error:
 * never a crash. */
Test(spec, mutations)
{
    static const char text[] =
        "Pipeline(steps=[('a', Unions('auto', 3, weights={0: 1.5, 'b': -2e-3}, values=(1, [None, True])), "
        "inner=QuantileClipper() | NearestMean()), ('b', 'passthrough')], verbose=True)";
    char copy[sizeof text];
    for (size_t i = 0; i < sizeof text; i++) {
        memcpy(copy, text, sizeof text);
        copy[i] = '\0';
        const cx_scope s = cx_scope_open();
        (void)cx_estimator_new(copy);
        scope_drop(s);
    }
    static const char bytes[] = "()[]{}',\"|=:\\.0eE-+ aN\x80\xc3\n";
    for (size_t i = 0; i + 1 < sizeof text; i++)
        for (size_t b = 0; b < sizeof bytes; b++) {
            memcpy(copy, text, sizeof text);
            copy[i] = bytes[b];
            const cx_scope s = cx_scope_open();
            const cx_estimator *const m = cx_estimator_new(copy);
            if (cx_estimator_status(m) == CX_OK) cr_expect_str_not_empty(cx_estimator_spec(m));
            scope_drop(s);
        }
}

/* ---- registration */
static cx_status refused(const cx_estimator_class *c, const char *message)
{
    const cx_status st = cx_estimator_register(c);
    cr_expect_neq(st, CX_OK);
    cr_expect(error_has(message), "'%s' lacks '%s'", cx_error_message(), message);
    return st;
}

Test(spec, registration_checks_tables)
{
    cr_expect_eq(cx_estimator_register(&sample_unions), CX_OK, "the same pointer again is fine");
    const int before = cx_estimator_class_count();
    cx_estimator_class c = sample_clipper;
    refused(&c, "another class is called 'QuantileClipper'");
    refused(NULL, "NULL");
    c.name = "Bad Name";
    refused(&c, "no name for a class");
    c.name = "Fine";
    c.struct_size = 8;
    refused(&c, "struct_size");
    c.struct_size = sizeof c;
    const char *const rules[] = {"lo_: floot [n]", NULL};
    c.attrs = rules;
    refused(&c, "malformed rule");
    c.attrs = NULL;
    const struct {
        cx_param p;
        const char *message;
    } bad[] = {
        {{"q", CX_PARAM_FLOAT, "2.0", "[0, 1]", ""}, "must lie in"},
        {{"q", CX_PARAM_FLOAT, "'x'", NULL, ""}, "it takes a float"},
        {{"q", CX_PARAM_FLOAT, "1e-3", NULL, ""}, "prints as 0.001"},
        {{"q", CX_PARAM_FLOAT, "0.5", "[0, 1", ""}, "malformed range"},
        {{"q", CX_PARAM_FLOAT, "0.5", "[1, 0]", ""}, "malformed range"},
        {{"q", CX_PARAM_STR, "'a'", "{'a'", ""}, "malformed range"},
        {{"q__r", CX_PARAM_FLOAT, "0.5", NULL, ""}, "no name for a parameter"},
        {{"q", 0, "0.5", NULL, ""}, "has kinds 0"},
        {{"q", CX_PARAM_FLOAT, "(", NULL, ""}, "the text ends"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const cx_param table[] = {bad[i].p, {.name = NULL}};
        c.params = table;
        refused(&c, bad[i].message);
    }
    const cx_param twice[] = {
        {"q", CX_PARAM_INT, "1", NULL, ""}, {"q", CX_PARAM_INT, "1", NULL, ""}, {.name = NULL}};
    c.params = twice;
    refused(&c, "stands twice");
    cr_expect_eq(cx_estimator_class_count(), before);
}
