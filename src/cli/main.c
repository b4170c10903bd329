/* The calx command: reads the arguments, finds the command, runs it. Exit status 0, 1 for a
 * failure, 2 for a wrong use. */
#include "cli.h"
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const cli_command commands[] = {
    {"info", "calx info [--json]", "devices, libraries, threads",
     "Examples:\n  calx info\n  calx info --json | jq .devices\n", cli_info, 0, 0},
    {"fit",
     "calx fit --model SPEC [--target COL] [--test-size F] [--seed N] [--stratify] [--scoring NAMES] [--device D] -o MODEL DATA",
     "train a model on a CSV, .npy or .svm file, score a held-out part, save it",
     "SPEC is written as scikit-learn prints estimators. COL is a column's name (CSV) or number (.npy); --y FILE.npy gives the target apart;\n"
     "a file in the svmlight format (.svm, .svmlight, .libsvm) has it in itself.\n"
     "NAMES are scores, \"roc_auc,f1\"; without them it is accuracy or R^2.\n"
     "Examples:\n  calx fit --model 'StandardScaler() | LogisticRegression(C=0.5)' --target species --test-size 0.25 --seed 0 -o iris.safetensors "
     "iris.csv\n  calx fit --model 'KMeans(n_clusters=8)' -o clusters.safetensors points.npy\n",
     cli_fit, 1, 1},
    {"search",
     "calx search --model SPEC --grid FILE.json [--target COL] [--cv CV] [--scoring NAMES] [--draws N] [--test-size F] [--seed N] [--stratify] [--device D] [-o MODEL] DATA",
     "try parameters by cross-validation, list them by rank, save the best model",
     "FILE.json is an object of lists (or a list of such): {\"alpha\": [0.1, 1.0]}; with --draws N so many combinations are drawn, and a\n"
     "text may name a distribution: \"loguniform(1e-4, 1)\". CV is a number of folds or a splitter; of several scores the first one chooses.\n"
     "With --test-size the search sees the other rows only, and the best model is scored on these.\n"
     "Examples:\n  calx search --model 'StandardScaler() | LogisticRegression()' --grid grid.json --target species --cv 5 -o best.safetensors "
     "iris.csv\n  calx search --model 'Ridge()' --grid alphas.json --draws 20 --seed 0 --scoring r2 --target target diabetes.csv\n",
     cli_search, 1, 1},
    {"estimators", "calx estimators [NAME] [--json | --markdown]",
     "every estimator, or one's parameters, attributes, methods and devices",
     "Examples:\n  calx estimators\n  calx estimators Ridge\n  calx estimators PCA --json | jq .parameters\n"
     "  calx estimators --markdown > estimators.md\n",
     cli_estimators, 0, 1},
    {"predict", "calx predict [--proba] [--device D] MODEL DATA [-o OUT]",
     "predictions of a saved model, one a row",
     "OUT is .csv or .npy; without it CSV goes to the standard output.\nExamples:\n  calx predict iris.safetensors new.csv\n"
     "  calx predict --proba iris.safetensors new.csv -o p.npy\n",
     cli_predict, 2, 2},
    {"transform", "calx transform [--device D] MODEL DATA [-o OUT]",
     "data transformed by a saved model",
     "Examples:\n  calx transform scaler.safetensors data.csv -o scaled.npy\n", cli_transform, 2,
     2},
    {"score", "calx score [--scoring NAMES] [--target COL] [--y FILE] [--device D] MODEL DATA",
     "accuracy, R^2 or other scores of a saved model on labelled data",
     "Examples:\n  calx score iris.safetensors iris.csv\n"
     "  calx score --scoring roc_auc,f1 churn.safetensors churn.csv\n",
     cli_score, 2, 2},
    {"convert", "calx convert IN OUT", "between .csv, .npy, .npz, .safetensors and .svm",
     "Examples:\n  calx convert data.csv data.npy\n  calx convert weights.npz weights.safetensors\n"
     "  calx convert a1a.svm a1a.csv\n",
     cli_convert, 2, 2},
    {"import", "calx import -o MODEL FILE.json",
     "trees that XGBoost, LightGBM or scikit-learn trained, as a model of this library",
     "FILE is what XGBoost's save_model(\"m.json\") or LightGBM's dump_model() writes; docs/importing-trees.md tells how it is made of\n"
     "scikit-learn's trees.\nExamples:\n  calx import m.json -o m.safetensors\n  calx predict m.safetensors new.csv\n",
     cli_import, 1, 1},
    {"eval", "calx eval EXPR [name=FILE.npy | name=NUMBER]... [-o OUT] [--device D] [--time]",
     "a formula over arrays in files, in one pass",
     "EXPR is Python's, over NumPy's functions; several statements with ;, several results with commas (then OUT is .npz).\n"
     "Examples:\n  calx eval 'exp(-(x - mu)**2 / 2)' x=samples.npy mu=1.5 -o density.npy\n"
     "  calx eval 'd = a - b; sum(d*d, axis=0)' a=a.npy b=b.npy --time\n",
     cli_eval, 1, 17},
    {"cache",
     "calx cache list | stats | clear | prebuild EXPR [name=DTYPE | name=DTYPE[N,M] | name=NUMBER]... | prebuild --file LIST [--device D]",
     "the kernels that were compiled at run time and are kept on disk",
     "prebuild compiles what a formula needs on a GPU before a program asks for it; each line of LIST is 'EXPR' name=DTYPE...\n"
     "Examples:\n  calx cache list\n  calx cache prebuild 'exp(-(x - mu)**2 / 2)' x=float32 mu=1.5\n"
     "  calx cache prebuild 'd = a - b; sum(d*d, axis=1)' 'a=float64[100,8]' 'b=float64[100,8]'\n",
     cli_cache, 1, 18},
    {"bench",
     "calx bench [--quick] [--suite NAME] [--only NAMES] [--size NS] [--dtype TS] [--device DS] [--cost PRICES] [--json FILE] [--html FILE]\n"
     "       calx bench --mine SPEC [--target COL] [--size NS] [--device DS] [--cost PRICES] [--json FILE] [--html FILE] DATA",
     "time operations and estimators on the CPU and on a GPU: where should work run?",
     "NAME is ops, linalg, fft, random, estimators or all; NAMES are cases as the table shows them, 'sort,PCA'. NS are sizes, 1000,1e6;\n"
     "TS float64 or float32, DS devices, cpu,cuda:0. Without --quick all elementwise operations are measured too, which takes minutes.\n"
     "--mine does it for an estimator or a pipeline of your own on rows of your own file: fit, and predict or transform.\n"
     "PRICES are those of an hour, cpu=0.10,gpu=2.50: then a million rows have a price. docs/benchmarks.md explains the figures.\n"
     "Examples:\n  calx bench --quick\n  calx bench --suite linalg --dtype float32 --html here.html\n"
     "  calx bench --only sort,matmul --size 1e3,1e4 --json here.json\n"
     "  calx bench --mine 'StandardScaler() | LogisticRegression()' --target species --cost cpu=0.10,gpu=2.50 iris.csv\n",
     cli_bench, 0, 1},
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static void usage(FILE *to)
{
    fprintf(
        to,
        "calx %s: arrays, linear algebra and estimators on CPU and GPU\n\nusage: calx COMMAND [OPTIONS] [FILES]\n\n",
        cx_version());
    for (int i = 0; i < COMMANDS; i++)
        fprintf(to, "  %-11s %s\n", commands[i].name, commands[i].summary);
    fprintf(
        to,
        "\ncalx COMMAND --help explains a command. CX_TRACE=op,copy,mem explains what the library does.\n");
}

static int wrong(const cli_command *c, const char *why, const char *what)
{
    fprintf(stderr, "calx%s%s: %s%s%s\n", c != NULL ? " " : "", c != NULL ? c->name : "", why,
            what != NULL ? " " : "", what != NULL ? what : "");
    if (c != NULL)
        fprintf(stderr, "usage: %s\n", c->usage);
    else
        fprintf(stderr, "calx --help lists the commands\n");
    return CLI_USAGE;
}

/* a whole decimal integer */
static bool integer(const char *s, int64_t *out)
{
    char *end;
    const long long v = strtoll(s, &end, 10);
    if (*s == '\0' || *end != '\0') return false;
    *out = v;
    return true;
}

/* a number without the locale: digits, one point */
static bool number(const char *s, double *out)
{
    double v = 0, unit = 1;
    bool digits = false, point = false;
    for (; *s != '\0'; s++) {
        if (*s == '.' && !point)
            point = true;
        else if (*s >= '0' && *s <= '9') {
            digits = true;
            v = v * 10 + (*s - '0');
            if (point) unit *= 10;
        } else
            return false;
    }
    *out = v / unit;
    return digits;
}

/* options without a letter */
enum {
    MODEL = 256,
    TARGET,
    SIZE,
    SEED,
    DEVICE,
    JSON,
    QUICK,
    PROBA,
    Y,
    STRATIFY,
    TIME,
    LIST,
    GRID,
    CV,
    SCORING,
    DRAWS,
    MARKDOWN,
    SUITE,
    ONLY,
    SIZES,
    DTYPE,
    HTML,
    MINE,
    COST
};

static int take_option(const cli_command *c, int o, cli_args *a)
{
    switch (o) {
    case MODEL: a->model = optarg; break;
    case TARGET: a->target = optarg; break;
    case DEVICE: a->device = optarg; break;
    case Y: a->y = optarg; break;
    case 'o': a->output = optarg; break;
    case QUICK: a->quick = true; break;
    case PROBA: a->proba = true; break;
    case STRATIFY: a->stratify = true; break;
    case TIME: a->time = true; break;
    case LIST: a->list = optarg; break;
    case GRID: a->grid = optarg; break;
    case CV: a->cv = optarg; break;
    case MARKDOWN: a->markdown = true; break;
    case SCORING: a->scoring = optarg; break;
    case SUITE: a->suite = optarg; break;
    case ONLY: a->only = optarg; break;
    case SIZES: a->sizes = optarg; break;
    case DTYPE: a->dtype = optarg; break;
    case HTML: a->html = optarg; break;
    case MINE: a->mine = optarg; break;
    case COST: a->cost = optarg; break;
    case DRAWS:
        if (!integer(optarg, &a->draws) || a->draws < 1)
            return wrong(c, "--draws needs a positive integer, not", optarg);
        break;
    case JSON:
        a->json = true;
        a->json_file = optarg;
        break;
    case SIZE:
        if (!number(optarg, &a->test_size))
            return wrong(c, "--test-size needs a number, not", optarg);
        break;
    case SEED:
        a->seeded = true;
        if (!integer(optarg, &a->seed)) return wrong(c, "--seed needs an integer, not", optarg);
        break;
    case 'h': printf("%s\n\n%s\n\n%s", c->usage, c->summary, c->help); exit(CLI_OK);
    default: fprintf(stderr, "usage: %s\n", c->usage); return CLI_USAGE;
    }
    return CLI_OK;
}

static int read_arguments(const cli_command *c, int argc, char **argv, cli_args *a)
{
    const bool bench = strcmp(c->name, "bench") == 0;
    const struct option options[] = {{"model", required_argument, NULL, MODEL},
                                     {"target", required_argument, NULL, TARGET},
                                     {"test-size", required_argument, NULL, SIZE},
                                     {"seed", required_argument, NULL, SEED},
                                     {"device", required_argument, NULL, DEVICE},
                                     {"output", required_argument, NULL, 'o'},
                                     {"json", bench ? required_argument : no_argument, NULL, JSON},
                                     {"quick", no_argument, NULL, QUICK},
                                     {"proba", no_argument, NULL, PROBA},
                                     {"y", required_argument, NULL, Y},
                                     {"stratify", no_argument, NULL, STRATIFY},
                                     {"time", no_argument, NULL, TIME},
                                     {"file", required_argument, NULL, LIST},
                                     {"grid", required_argument, NULL, GRID},
                                     {"cv", required_argument, NULL, CV},
                                     {"scoring", required_argument, NULL, SCORING},
                                     {"draws", required_argument, NULL, DRAWS},
                                     {"markdown", no_argument, NULL, MARKDOWN},
                                     {"suite", required_argument, NULL, SUITE},
                                     {"only", required_argument, NULL, ONLY},
                                     {"size", required_argument, NULL, SIZES},
                                     {"dtype", required_argument, NULL, DTYPE},
                                     {"html", required_argument, NULL, HTML},
                                     {"mine", required_argument, NULL, MINE},
                                     {"cost", required_argument, NULL, COST},
                                     {"help", no_argument, NULL, 'h'},
                                     {NULL, 0, NULL, 0}};
    optind = 1;
    for (;;) {
        const int o = getopt_long(argc, argv, "o:h", options, NULL);
        if (o == -1) break;
        const int bad = take_option(c, o, a);
        if (bad != CLI_OK) return bad;
    }
    a->count = argc - optind;
    a->file = (const char *const *)(argv + optind);
    if (a->count < c->least) return wrong(c, "a file is missing", NULL);
    if (a->count > c->most)
        return wrong(c, "there is one argument too many:", argv[optind + c->most]);
    return CLI_OK;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        usage(stderr);
        return CLI_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        usage(stdout);
        return CLI_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("calx %s\n", cx_version());
        return CLI_OK;
    }
    for (int i = 0; i < COMMANDS; i++) {
        const cli_command *c = &commands[i];
        if (strcmp(argv[1], c->name) != 0) continue;
        cli_args a = {.seed = 0, .test_size = 0};
        const int bad = read_arguments(c, argc - 1, argv + 1, &a);
        if (bad != CLI_OK) return bad;
        const cx_scope s = cx_scope_open_with(
            CX_OPTS(cx_scope_opts, .on_progress = cli_progress, .on_warning = cli_warning));
        const int result = c->run(&a);
        const cx_status closed = cx_scope_close(s);
        if (result != CLI_OK || closed == CX_OK) return result;
        return cli_fail();
    }
    return wrong(NULL, "no such command:", argv[1]);
}
