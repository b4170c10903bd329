/* calx estimators: what there is, and what one of them takes, learns and can do, from the class
 * tables. */
#include "cli.h"
#include <jansson.h>
#include <string.h>

static const char *kind_of(const cx_estimator_class *c)
{
    static const char *const names[] = {"transformer", "classifier", "regressor",
                                        "clusterer",   "splitter",   "outlier detector"};
    return c->kind_of != NULL ? "meta" : names[c->kind];
}

/* "float or int or None" */
static const char *type_of(const cx_param *p, char *out, size_t size)
{
    static const char *const names[] = {"float",     "int",   "bool", "str", "None",
                                        "estimator", "steps", "list", "dict"};
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof *names && used < size; i++)
        if ((p->kinds & (1 << i)) != 0)
            used +=
                (size_t)snprintf(out + used, size - used, "%s%s", used > 0 ? " or " : "", names[i]);
    return out;
}

typedef struct method {
    const char *name;
    bool there;
} method;

enum { METHODS = 11 };
/* A meta-estimator has those of what it wraps: its own answer needs an object, so all are named. */
static void methods_of(const cx_estimator_class *c, method out[METHODS])
{
    const bool any = c->has != NULL;
    const method all[METHODS] = {
        {"fit", c->fit != NULL},
        {"partial_fit", c->partial_fit != NULL},
        {"predict", c->predict != NULL || any},
        {"predict_proba", c->predict_proba != NULL || any},
        {"predict_log_proba", c->predict_proba != NULL || any},
        {"decision_function", c->decision_function != NULL || any},
        {"score_samples", c->score_samples != NULL || (any && c->call != NULL)},
        {"transform", c->transform != NULL || any},
        {"inverse_transform", c->inverse_transform != NULL || any},
        {"score", c->score != NULL || c->kind == CX_CLASSIFIER || c->kind == CX_REGRESSOR},
        {"split", c->split != NULL}};
    memcpy(out, all, sizeof all);
}

/* "coef_: float [k, n]": the name and, after it, the rule; '?' marks what may be absent. */
static const char *attr_parts(const char *attr, char *name, size_t size)
{
    const size_t len = strcspn(attr, "?:");
    snprintf(name, size, "%.*s", (int)len, attr);
    const char *const colon = strchr(attr, ':');
    return colon != NULL ? colon + 1 + strspn(colon + 1, " ") : "";
}

/* ---- JSON */
static json_t *class_json(const cx_estimator_class *c)
{
    json_t *const root = json_pack("{s:s, s:s, s:s}", "name", c->name, "kind", kind_of(c), "doc",
                                   c->doc != NULL ? c->doc : "");
    json_t *const params = json_array(), *const attrs = json_array(), *const can = json_array();
    char text[128];
    for (const cx_param *p = c->params; p != NULL && p->name != NULL; p++)
        json_array_append_new(params,
                              json_pack("{s:s, s:s, s:s?, s:s?, s:s}", "name", p->name, "type",
                                        type_of(p, text, sizeof text), "default", p->deflt, "range",
                                        p->range, "doc", p->doc != NULL ? p->doc : ""));
    for (const char *const *at = c->attrs; at != NULL && *at != NULL; at++) {
        const char *const rule = attr_parts(*at, text, sizeof text);
        json_array_append_new(attrs, json_pack("{s:s, s:s}", "name", text, "rule", rule));
    }
    method methods[METHODS];
    methods_of(c, methods);
    for (int i = 0; i < METHODS; i++)
        if (methods[i].there) json_array_append_new(can, json_string(methods[i].name));
    json_object_set_new(root, "parameters", params);
    json_object_set_new(root, "attributes", attrs);
    json_object_set_new(root, "methods", can);
    return root;
}

static int print_json(json_t *root)
{
    json_dumpf(root, stdout, JSON_INDENT(2));
    printf("\n");
    json_decref(root);
    return CLI_OK;
}

/* ---- text */
static void print_class(const cx_estimator_class *c)
{
    char text[128];
    printf("%s (%s)\n%s\n", c->name, kind_of(c), c->doc != NULL ? c->doc : "");
    if (c->params != NULL && c->params[0].name != NULL) printf("\nparameters\n");
    for (const cx_param *p = c->params; p != NULL && p->name != NULL; p++) {
        printf("  %s: %s", p->name, type_of(p, text, sizeof text));
        if (p->deflt != NULL) printf(", default %s", p->deflt);
        if (p->range != NULL) printf(", in %s", p->range);
        printf("\n      %s\n", p->doc != NULL ? p->doc : "");
    }
    if (c->attrs != NULL && c->attrs[0] != NULL) printf("\nattributes after fit\n");
    for (const char *const *at = c->attrs; at != NULL && *at != NULL; at++) {
        const char *const rule = attr_parts(*at, text, sizeof text);
        printf("  %s: %s\n", text, rule);
    }
    method methods[METHODS];
    methods_of(c, methods);
    printf("\nmethods%s\n ", c->has != NULL ? ", as far as what it wraps has them" : "");
    for (int i = 0; i < METHODS; i++)
        if (methods[i].there) printf(" %s", methods[i].name);
    printf("\n");
}

int cli_estimators(const cli_args *a)
{
    if (a->count == 1) {
        const cx_estimator_class *const c = cx_estimator_class_find(a->file[0]);
        if (c == NULL) { /* the notation's own error suggests a name */
            char spec[96];
            snprintf(spec, sizeof spec, "%.80s()", a->file[0]);
            (void)cx_estimator_new(spec);
            return cli_fail();
        }
        if (a->json) return print_json(class_json(c));
        print_class(c);
        return CLI_OK;
    }
    json_t *const all = json_array();
    for (int i = 0; i < cx_estimator_class_count(); i++) {
        const cx_estimator_class *const c = cx_estimator_class_at(i);
        if (a->json)
            json_array_append_new(all, class_json(c));
        else
            printf("  %-28s %-16s %s\n", c->name, kind_of(c), c->doc != NULL ? c->doc : "");
    }
    if (a->json) return print_json(all);
    json_decref(all);
    return CLI_OK;
}
