/* calx estimators: what there is, and what one of them takes, learns and can do, from the class
 * tables; modules and devices from docs/coverage.tsv, which the build turns into facts.inc. */
#include "cli.h"
#include <jansson.h>
#include <string.h>

typedef struct fact {
    const char *name, *module;
    bool cuda;
    const char *note;
} fact;
static const fact facts[] = {
#include "facts.inc"
};
enum { FACTS = sizeof facts / sizeof *facts };
static const fact unknown = {"", "", false, ""};

static const fact *fact_of(const cx_estimator_class *c)
{
    for (int i = 0; i < FACTS; i++)
        if (strcmp(facts[i].name, c->name) == 0) return &facts[i];
    return &unknown;
}

static const char *devices_of(const fact *f)
{
    return f->cuda ? "cpu, cuda" : "cpu";
}

static const char *kind_of(const cx_estimator_class *c)
{
    static const char *const names[] = {"transformer", "classifier", "regressor",
                                        "clusterer",   "splitter",   "outlier detector"};
    return c->kind_of != NULL ? "meta" : names[c->kind];
}

static const char *doc_of(const char *doc)
{
    return doc != NULL ? doc : "";
}

/* "float or int or None" */
static const char *type_of(const cx_param *p, char *out, size_t size)
{
    static const char *const names[] = {"float",     "int",   "bool", "str",  "None",
                                        "estimator", "steps", "list", "dict", "columns"};
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

enum { METHODS = 12 };
/* Could a class that nobody has made have it: a method of its own, or one that it passes on? */
static bool could_have(const cx_estimator_class *c, cx_method m)
{
    const bool own[] = {[CX_PREDICT] = c->predict != NULL,
                        [CX_PREDICT_PROBA] = c->predict_proba != NULL,
                        [CX_DECISION_FUNCTION] = c->decision_function != NULL,
                        [CX_TRANSFORM] = c->transform != NULL,
                        [CX_PREDICT_LOG_PROBA] = c->predict_proba != NULL,
                        [CX_INVERSE_TRANSFORM] = c->inverse_transform != NULL,
                        [CX_METHOD_SCORE_SAMPLES] = c->score_samples != NULL};
    if (c->call == NULL || own[m]) return own[m];
    if (c->kind_of != NULL) return true;
    const bool transforms = m == CX_TRANSFORM || m == CX_INVERSE_TRANSFORM;
    return c->kind == CX_TRANSFORMER  ? transforms
           : c->kind == CX_REGRESSOR  ? m == CX_PREDICT
           : c->kind == CX_CLASSIFIER ? !transforms
                                      : false;
}

/* Those of the class with its defaults; of a class that cannot be made of them, a meta-estimator
 * that must be told what to wrap, all that it passes on. Returns whether they depend on that. */
static bool methods_of(const cx_estimator_class *c, method out[METHODS])
{
    static const struct {
        const char *name;
        cx_method method;
    } asked[] = {{"predict", CX_PREDICT},
                 {"predict_proba", CX_PREDICT_PROBA},
                 {"predict_log_proba", CX_PREDICT_LOG_PROBA},
                 {"decision_function", CX_DECISION_FUNCTION},
                 {"score_samples", CX_METHOD_SCORE_SAMPLES},
                 {"transform", CX_TRANSFORM},
                 {"inverse_transform", CX_INVERSE_TRANSFORM}};
    const cx_scope s = cx_scope_open();
    char spec[96];
    snprintf(spec, sizeof spec, "%.80s()", c->name);
    const cx_estimator *const m = cx_estimator_new(spec);
    const bool made = cx_estimator_status(m) == CX_OK,
               scores = c->kind == CX_CLASSIFIER || c->kind == CX_REGRESSOR;
    enum { OTHERS = 5 };
    _Static_assert(sizeof asked / sizeof *asked + OTHERS == METHODS,
                   "as many as there is room for");
    int n = 0;
    out[n++] = (method){"fit", c->fit != NULL};
    out[n++] = (method){"partial_fit", c->partial_fit != NULL};
    out[n++] = (method){"fit_predict", c->fit_predict != NULL};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        out[n++] = (method){asked[i].name, made ? cx_estimator_has(m, asked[i].method)
                                                : could_have(c, asked[i].method)};
    out[n++] = (method){"score", c->score != NULL || scores};
    out[n++] = (method){"split", c->split != NULL};
    (void)!cx_scope_close(s);
    return !made && (c->call != NULL || c->has != NULL);
}

/* The next attribute from *at on that is not the class's own business; NULL at the end. */
static const char *next_attr(const char *const **at)
{
    while (*at != NULL && **at != NULL) {
        const char *const attr = *(*at)++;
        if (attr[0] != '_') return attr;
    }
    return NULL;
}

/* "coef_: float [k, n]": the name and, after it, the rule; '?' marks what may be absent. */
static const char *attr_parts(const char *attr, char *name, size_t size)
{
    const size_t len = strcspn(attr, "?:");
    snprintf(name, size, "%.*s", (int)len, attr);
    const char *const colon = strchr(attr, ':');
    return colon != NULL ? colon + 1 + strspn(colon + 1, " ") : "";
}

/* "fit, predict, score" */
static const char *methods_text(const cx_estimator_class *c, const char *between, char *out,
                                size_t size)
{
    method methods[METHODS];
    (void)methods_of(c, methods);
    size_t used = 0;
    out[0] = '\0';
    for (int i = 0; i < METHODS && used < size; i++)
        if (methods[i].there)
            used += (size_t)snprintf(out + used, size - used, "%s%s", used > 0 ? between : "",
                                     methods[i].name);
    return out;
}

/* ---- JSON */
static json_t *class_json(const cx_estimator_class *c)
{
    const fact *const f = fact_of(c);
    json_t *const root =
        json_pack("{s:s, s:s, s:s, s:s, s:s}", "name", c->name, "module", f->module, "kind",
                  kind_of(c), "doc", doc_of(c->doc), "note", f->note);
    json_t *const params = json_array(), *const attrs = json_array(), *const can = json_array(),
                  *const devices = json_array();
    char text[128];
    for (const cx_param *p = c->params; p != NULL && p->name != NULL; p++)
        json_array_append_new(params,
                              json_pack("{s:s, s:s, s:s?, s:s?, s:s}", "name", p->name, "type",
                                        type_of(p, text, sizeof text), "default", p->deflt, "range",
                                        p->range, "doc", doc_of(p->doc)));
    const char *const *at = c->attrs;
    for (const char *attr; (attr = next_attr(&at)) != NULL;) {
        const char *const rule = attr_parts(attr, text, sizeof text);
        json_array_append_new(attrs, json_pack("{s:s, s:s}", "name", text, "rule", rule));
    }
    method methods[METHODS];
    (void)methods_of(c, methods);
    for (int i = 0; i < METHODS; i++)
        if (methods[i].there) json_array_append_new(can, json_string(methods[i].name));
    json_array_append_new(devices, json_string("cpu"));
    if (f->cuda) json_array_append_new(devices, json_string("cuda"));
    json_object_set_new(root, "parameters", params);
    json_object_set_new(root, "attributes", attrs);
    json_object_set_new(root, "methods", can);
    json_object_set_new(root, "devices", devices);
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
    char text[256];
    printf("%s (%s)\n%s\n", c->name, kind_of(c), doc_of(c->doc));
    if (c->params != NULL && c->params[0].name != NULL) printf("\nparameters\n");
    for (const cx_param *p = c->params; p != NULL && p->name != NULL; p++) {
        printf("  %s: %s", p->name, type_of(p, text, sizeof text));
        if (p->deflt != NULL) printf(", default %s", p->deflt);
        if (p->range != NULL) printf(", in %s", p->range);
        printf("\n      %s\n", doc_of(p->doc));
    }
    const char *const *at = c->attrs;
    bool first = true;
    for (const char *attr; (attr = next_attr(&at)) != NULL; first = false) {
        const char *const rule = attr_parts(attr, text, sizeof text);
        printf("%s  %s: %s\n", first ? "\nattributes after fit\n" : "", text, rule);
    }
    method methods[METHODS];
    const bool wraps = methods_of(c, methods);
    printf("\nmethods%s\n  %s\n", wraps ? ", as far as what it wraps has them" : "",
           methods_text(c, " ", text, sizeof text));
    const fact *const f = fact_of(c);
    printf("\ndevices\n  %s%s%s\n", devices_of(f), f->note[0] != '\0' ? ": " : "", f->note);
}

/* ---- Markdown: one page of all classes by module */
static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Text in a sentence or a cell: what Markdown would read as a mark is escaped. */
static void put_plain(const char *s)
{
    for (char before = ' '; *s != '\0'; before = *s++) {
        const bool inside = *s == '_' && is_word(before) && is_word(s[1]);
        if (!inside && strchr("\\`*_<>[]|#", *s) != NULL) putchar('\\');
        putchar(*s == '\n' ? ' ' : *s);
    }
}

/* Text as code in a cell, where a bar would end the cell all the same. */
static void put_code(const char *s)
{
    if (s == NULL || *s == '\0') return;
    putchar('`');
    for (; *s != '\0'; s++) {
        if (*s == '|') putchar('\\');
        putchar(*s == '\n' ? ' ' : *s);
    }
    putchar('`');
}

static void page_params(const cx_estimator_class *c)
{
    if (c->params == NULL || c->params[0].name == NULL) return;
    printf("\n| parameter | type | default | range | meaning |\n|---|---|---|---|---|\n");
    for (const cx_param *p = c->params; p->name != NULL; p++) {
        char text[128];
        printf("| `%s` | %s | ", p->name, type_of(p, text, sizeof text));
        if (p->deflt == NULL) printf("required");
        put_code(p->deflt);
        printf(" | ");
        put_code(p->range);
        printf(" | ");
        put_plain(doc_of(p->doc));
        printf(" |\n");
    }
}

static void page_attrs(const cx_estimator_class *c)
{
    const char *const *at = c->attrs;
    bool first = true;
    char text[128];
    for (const char *attr; (attr = next_attr(&at)) != NULL; first = false) {
        const char *const rule = attr_parts(attr, text, sizeof text);
        if (first) printf("\n| attribute | dtype and shape |\n|---|---|\n");
        printf("| `%s`%s | ", text, attr[strlen(text)] == '?' ? ", not always" : "");
        put_code(rule);
        printf(" |\n");
    }
}

static void page_class(const cx_estimator_class *c, const fact *f)
{
    char text[256];
    printf("\n### %s\n\n", c->name);
    put_plain(doc_of(c->doc));
    printf("\n\n- Kind: %s\n- Devices: %s", kind_of(c), devices_of(f));
    if (f->note[0] != '\0') printf(" (");
    put_plain(f->note);
    method methods[METHODS];
    const bool wraps = methods_of(c, methods);
    printf("%s\n- Methods%s: `%s`\n", f->note[0] != '\0' ? ")" : "",
           wraps ? ", as far as what it wraps has them" : "",
           methods_text(c, "`, `", text, sizeof text));
    page_params(c);
    page_attrs(c);
}

static void print_page(void)
{
    printf("# Estimators of Calx %s\n\n"
           "Written by `calx estimators --markdown` from the tables that the library checks "
           "parameters and files with.\n"
           "In shapes `n` is the number of features; any other letter means the same size within "
           "one table.\n",
           cx_version());
    const char *module = "";
    for (int i = 0; i < FACTS; i++) {
        const cx_estimator_class *const c = cx_estimator_class_find(facts[i].name);
        if (c == NULL) continue;
        if (strcmp(module, facts[i].module) != 0) printf("\n## %s\n", facts[i].module);
        module = facts[i].module;
        page_class(c, &facts[i]);
    }
    bool first = true;
    for (int i = 0; i < cx_estimator_class_count(); i++) {
        const cx_estimator_class *const c = cx_estimator_class_at(i);
        if (fact_of(c) != &unknown) continue;
        if (first) printf("\n## Others\n");
        first = false;
        page_class(c, &unknown);
    }
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
        if (a->markdown)
            page_class(c, fact_of(c));
        else
            print_class(c);
        return CLI_OK;
    }
    if (a->markdown) {
        print_page();
        return fflush(stdout) == 0 ? CLI_OK : cli_fail_text("cannot write the page", NULL);
    }
    json_t *const all = a->json ? json_array() : NULL;
    for (int i = 0; i < cx_estimator_class_count(); i++) {
        const cx_estimator_class *const c = cx_estimator_class_at(i);
        if (a->json)
            json_array_append_new(all, class_json(c));
        else
            printf("  %-28s %-16s %s\n", c->name, kind_of(c), doc_of(c->doc));
    }
    return a->json ? print_json(all) : CLI_OK;
}
