#!/bin/sh
# Who may include whom, as docs/architecture.md draws the house. Includes are judged as written:
# "base/size.h" from src, <calx/array.h> from the public headers, "host.h" inside host/.
. "$(dirname "$0")/common.sh"

project_files '^(include|src|host|kernels)/.*\.(c|h|cc|inc|cu|cuh|def)$' >"$scratch/files"
[ -s "$scratch/files" ] || report "no sources found"
while read -r f; do
    awk -v file="$f" '/^[ \t]*#[ \t]*include/ {
        line = $0
        sub(/^[ \t]*#[ \t]*include[ \t]*/, "", line)
        kind = substr(line, 1, 1)
        end = kind == "<" ? ">" : kind
        line = substr(line, 2)
        print file "\t" FNR "\t" (kind == "<" ? "a" : kind == "\"" ? "q" : "m") "\t" \
            (kind == "<" || kind == "\"" ? substr(line, 1, index(line, end) - 1) : $2)
    }' "$f"
done <"$scratch/files" >"$scratch/includes"

awk -F'\t' '
BEGIN {
    split("assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp " \
        "signal stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string " \
        "tgmath threads time uchar wchar wctype", names, " ")
    for (i in names)
        c11[names[i] ".h"] = 1

    # Folder of src: the folders it may include besides itself.
    may["base"] = ""
    may["core"] = "base"
    may["ops"] = "base core"
    may["linalg"] = may["fft"] = may["eval"] = "base core ops"
    may["routines"] = may["sci"] = may["learn"] = may["io"] = may["cli"] = "base"

    lent = "^calx/(backend[a-z_]*[.]h|half[.]h|random_(words|math)[.]h|[a-z0-9_]+[.]def)$"
    ours = "^(src|base|core|ops|linalg|fft|eval|routines|sci|learn|io|cli|include|calx)/"
    cuda = "^(cuda|cublas|cusolver|cufft|cusparse|curand|cudnn|nccl|nvrtc|nvml|nvtx)"
    math = "^(cblas|lapack|lapacke|openblas_config|f77blas|sleef)[a-z_]*[.]h$"
    other = "^(jansson|zlib|zip|boost/|criterion/)"
}
function bad(why) {
    print file ":" $2 ": includes " (kind == "a" ? "<" what ">" : "\"" what "\"") ": " why
}
function resolve(from, to,    part, n, i, out, depth) {
    n = split(from, part, "/")
    depth = n - 1
    for (i = 1; i <= depth; i++)
        out[i] = part[i]
    n = split(to, part, "/")
    for (i = 1; i <= n; i++) {
        if (part[i] == "..")
            depth--
        else if (part[i] != ".")
            out[++depth] = part[i]
    }
    to = ""
    for (i = 1; i <= depth; i++)
        to = to (i > 1 ? "/" : "") out[i]
    return to
}
function allowed(list, word) { return index(" " list " ", " " word " ") > 0 }
function user(layer) { return layer ~ /^(routines|sci|learn|io|cli)$/ }
{
    file = $1; kind = $3; what = $4
    n = split(file, path, "/")
    root = path[1]
    layer = path[2]
    if (kind == "m")
        next    # a macro names it: an include-template that includes its own table
    if (kind == "q" && what ~ /(^|\/)[.][.](\/|$)/) {
        # Judged by where it leads to, as if written from the root.
        at = resolve(file, what)
        if (substr(at, 1, length(root) + 1) != root "/") {
            bad("a path out of " root "/")
            next
        }
        what = substr(at, length(root) + 2)
    }
    if (root == "include") {
        if (kind == "q" || (what !~ /^calx(\/|[.]h$)/ && !(what in c11)))
            bad("public headers include C11 and <calx/...> only")
        next
    }
    if (kind == "a" && what ~ cuda && root != "kernels") {
        bad("CUDA belongs to kernels/")
        next
    }
    if (root == "host" || root == "kernels") {
        if (kind == "a" && what ~ /^calx/ && what !~ lent)
            bad("a backend sees calx/backend.h, half.h, random_words.h, random_math.h and .def tables")
        if (kind == "q" && what ~ ours && system("test -f " root "/" what) != 0)
            bad("a backend includes nothing of src/")
        if (kind == "q" && what ~ /^calx[.\/]/)
            bad("public headers are written <calx/...>")
        if (kind == "a" && what ~ other)
            bad("not a library of a backend")
        next
    }
    # src/
    if (kind == "a") {
        if (what ~ math)
            bad("BLAS and vector math belong to host/")
        else if (what ~ other && !user(layer))
            bad("a vendor header below the users of the API")
        else if (layer == "base" && what ~ /^calx([.]h|\/array[.]h|\/ops[.]h)$/)
            bad("src/base knows no array")
        else if (user(layer) && what ~ /^calx\/backend/ && layer != "sci" && layer != "learn" &&
                 layer != "routines")
            bad("the backend contract is not for users of the API")
        next
    }
    if (what ~ /^calx[.\/]/) {
        bad("public headers are written <calx/...>")
        next
    }
    slash = index(what, "/")
    target = slash ? substr(what, 1, slash - 1) : layer
    if (!(layer in may))
        bad("src/" layer " is no layer of the house")
    else if (target != layer && !allowed(may[layer], target) &&
             !(user(layer) && what == "ops/primitives.h") &&
             !(layer == "routines" && what == "core/shape.h") &&
             (target in may || system("test -d " root "/" layer "/" target) != 0))
        bad("src/" layer " may include " (may[layer] == "" ? "itself" : may[layer]) \
            (user(layer) ? " and ops/primitives.h" : ""))
}' "$scratch/includes" >>"$findings"
lint_end "$(wc -l <"$scratch/includes" | tr -d ' ') includes"
