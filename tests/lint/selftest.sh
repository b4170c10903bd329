#!/bin/sh
# Each lint finds what it is there for: a small healthy tree passes all of them, and every planted
# fault makes its lint fail and name it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cc=${CC:-cc}
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failed=0
checks=0

# A tree with two functions, one table and one source in each kind of layer.
plant() {
    rm -rf "$tree/t"
    mkdir -p "$tree/t/include/calx" "$tree/t/src/base" "$tree/t/src/core" "$tree/t/src/learn" \
        "$tree/t/host" "$tree/t/tests/lint" "$tree/t/build/lib"
    cd "$tree/t"
    cat >include/calx/one.h <<'END'
/* One noun. The functions of one_ops.def take no argument. */
#ifndef CALX_ONE_H
#define CALX_ONE_H
#define CX_API __attribute__((visibility("default")))
#define CX_MUST __attribute__((warn_unused_result))
typedef enum cx_status { CX_OK } cx_status;
#ifdef __cplusplus
extern "C" {
#endif
/** Give one. */
CX_API int cx_one(void);
/** Do one. */
CX_API CX_MUST cx_status cx_one_into(int *out);

#define CX_ONE(NAME, name, code) \
    CX_API int cx_##name(void);
#include <calx/one_ops.def>
#undef CX_ONE
#ifdef __cplusplus
}
#endif
#endif
END
    printf 'CX_ONE(TWO, two, 1)\nCX_ONE(THREE, three, 2)\n' >include/calx/one_ops.def
    echo '#include <calx/one.h>' >include/calx.h
    echo '#include "base/own.h"' >src/base/alloc.c
    echo '/* malloc( in a comment is none */ void free_it(void);' >src/base/own.h
    echo '#include "base/own.h"' >src/core/array.c
    printf '#include "ops/primitives.h"\n#include <calx.h>\n' >src/learn/pca.c
    printf 'char *cx_same(const char *a)\n{\n    return copy(a);\n}\n' >src/learn/same.c
    echo '#include <calx/backend.h>' >host/host.h
    printf 'one_ops TWO 1\none_ops THREE 2\n' >tests/lint/op_codes.txt
    printf 'cx_one\ncx_one_into\ncx_three\ncx_two\n' >src/calx.symbols
    {
        echo '#include <calx.h>'
        echo 'int cx_one(void) { return 1; } int cx_two(void) { return 2; }'
        echo 'int cx_three(void) { return 3; }'
        echo 'cx_status cx_one_into(int *out) { *out = 1; return CX_OK; }'
    } >build/lib.c
}

compile() {
    "$cc" -shared -fPIC -fvisibility=hidden -Iinclude -o build/lib/libcalx.so build/lib.c "$@"
}

lint() {
    CALX_SOURCE_DIR=$tree/t CALX_LIBRARY=$tree/t/build/lib/libcalx.so \
        sh "$here/$1.sh" >"$tree/output" 2>&1
}

expect_clean() {
    checks=$((checks + 1))
    lint "$1" && return
    echo "$1 finds fault with a healthy tree:"
    cat "$tree/output"
    failed=$((failed + 1))
}

# expect NAME WORDS: the lint NAME fails and prints WORDS.
expect() {
    checks=$((checks + 1))
    if lint "$1"; then
        echo "$1 does not see: $2"
        failed=$((failed + 1))
    elif ! grep -qF "$2" "$tree/output"; then
        echo "$1 fails without saying: $2"
        cat "$tree/output"
        failed=$((failed + 1))
    fi
    plant
    compile
}

plant
compile
for name in layering exports headers closure hygiene signatures docs op_codes allocator \
    arguments; do
    expect_clean $name
done

echo '#include "core/array.h"' >>src/base/own.h
expect layering 'src/base may include itself'
echo '#include "learn/pca.h"' >>src/core/array.c
expect layering 'src/core may include base'
echo '#include "core/array.h"' >>src/learn/pca.c
expect layering 'src/learn may include base and ops/primitives.h'
echo '#include "../learn/pca.h"' >>src/core/array.c
expect layering 'src/core may include base'
echo '#include "../src/base/own.h"' >>host/host.h
expect layering 'a path out of host/'
echo '#include <cblas.h>' >>src/core/array.c
expect layering 'BLAS and vector math belong to host/'
echo '#include <cuda_runtime.h>' >>host/host.h
expect layering 'CUDA belongs to kernels/'
echo '#include "base/own.h"' >>host/host.h
expect layering 'a backend includes nothing of src/'
echo '#include <calx/array.h>' >>host/host.h
expect layering 'a backend sees calx/backend.h'
echo '#include <unistd.h>' >>include/calx.h
expect layering 'public headers include C11'

echo 'int cx_extra(void) __attribute__((visibility("default"))); int cx_extra(void) { return 0; }' \
    >>build/lib.c
compile
expect exports 'cx_extra is exported and not listed'
echo 'int leak(void) __attribute__((visibility("default"))); int leak(void) { return 0; }' \
    >>build/lib.c
compile
expect exports 'exports leak'
sed -i '/cx_two/d' src/calx.symbols
expect exports 'cx_two is declared and not listed'
echo cx_zero >>src/calx.symbols
expect exports 'cx_zero is listed and in no header'
sed -i 's/int cx_three(void) { return 3; }//' build/lib.c
compile
expect exports 'cx_three is listed and not exported'

echo 'static inline int cx_bad(long x) { return x; }' >>include/calx/one.h
expect headers 'include/calx/one.h'
echo 'typedef size_t cx_needs_more;' >>include/calx.h
expect headers 'include/calx.h'
echo 'typedef int new;' >>include/calx.h
expect headers 'include/calx.h'

echo 'int fake(void) { return 0; }' >build/fake.c
"$cc" -shared -fPIC -o build/lib/libfftw3.so.3 -Wl,-soname,libfftw3.so.3 build/fake.c
compile -Wl,--no-as-needed -L build/lib -l:libfftw3.so.3 -Wl,-rpath,"$tree/t/build/lib"
expect closure 'loads libfftw3.so.3'
echo 'int fake(void) { return 0; }' >build/fake.c
"$cc" -shared -fPIC -o build/lib/libcublas.so.13 -Wl,-soname,libcublas.so.13 build/fake.c
compile -Wl,--no-as-needed -L build/lib -l:libcublas.so.13 -Wl,-rpath,"$tree/t/build/lib"
expect closure 'links libcublas.so.13'

awk 'BEGIN { for (i = 0; i < 1001; i++) print "int x" i ";" }' >src/core/long.c
expect hygiene '1001 lines'
echo '/* TO''DO */' >>src/core/array.c
expect hygiene 'src/core/array.c:2'
echo '"/ho''me/somebody/x"' >>src/core/array.c
expect hygiene 'a path of one machine'
echo '/* as the sub''agent said */' >>src/core/array.c
expect hygiene 'does not belong here'

sed -i 's/int cx_one(void)/int cx_one(int n, ...)/' include/calx/one.h
expect signatures 'cx_one is variadic'
sed -i 's/CX_API CX_MUST/CX_API/' include/calx/one.h
expect signatures 'cx_one_into lacks CX_MUST'

sed -i '/Give one/d' include/calx/one.h
expect docs 'cx_one has no doc comment'
sed -i 's/one_ops.def take/tables take/' include/calx/one.h
expect docs 'functions of one_ops.def are documented neither'

sed -i 's/three, 2/three, 3/' include/calx/one_ops.def
expect op_codes 'THREE was 2 and is 3 now'
sed -i '/THREE/d' include/calx/one_ops.def
expect op_codes 'THREE (2) is gone'
echo 'CX_ONE(FOUR, four, 2)' >>include/calx/one_ops.def
expect op_codes 'FOUR and THREE share the code 2'
echo 'CX_ONE(FOUR, four, 4)' >>include/calx/one_ops.def
expect op_codes 'FOUR 4 is not listed'

mkdir -p kernels
printf 'struct one {\n};\n' >kernels/a.cu
printf 'namespace {\nstruct one {\n};\n}\n' >kernels/b.cu
expect kernels 'kernels/b.cu:2: one is also the name of something at kernels/a.cu:1'
mkdir -p kernels
echo '__shared__ int x[3];' >kernels/b.cu
expect kernels 'kernels/b.cu:1:__shared__'

echo 'void *f(void) { return malloc(1); }' >>src/core/array.c
expect allocator 'src/core/array.c:2: calls malloc'
echo 'char *f(void) { return strdup(""); }' >>src/learn/pca.c
expect allocator 'src/learn/pca.c:3: calls strdup'

sed -i 's/copy(a)/(char *)(void *)a/' src/learn/same.c
expect arguments 'src/learn/same.c:3: cx_same returns its argument a'
sed -i 's/copy(a)/*a == 0 ? copy(a) : (a)/' src/learn/same.c
expect arguments 'src/learn/same.c:3: cx_same returns its argument a'

echo "$checks checks, $failed failed"
[ $failed -eq 0 ]
