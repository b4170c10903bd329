/* CSV files of tests/data inside the library, as they are: the assembler takes them in, so that the
 * data have one place and nothing is generated. CX_DATA, the folder with its last slash, comes from
 * the build, which also knows that this file depends on them. */
#include "io/datasets/bundled.h"

/* Read-only data; the name is hidden in the library, which is one object for the linker. */
#define FILE_OF(name, file)                                                    \
    __asm__(".pushsection .rodata\n"                                           \
            ".global cx__file_" #name "\n.hidden cx__file_" #name "\n"         \
            ".global cx__end_" #name "\n.hidden cx__end_" #name "\n"           \
            "cx__file_" #name ":\n.incbin \"" CX_DATA file "\"\n"              \
            "cx__end_" #name ":\n.byte 0\n"                                    \
            ".popsection\n");                                                  \
    extern const char cx__file_##name[] __attribute__((visibility("hidden"))); \
    extern const char cx__end_##name[] __attribute__((visibility("hidden")))

FILE_OF(iris, "iris.csv");
FILE_OF(wine, "wine_data.csv");
FILE_OF(breast_cancer, "breast_cancer.csv");
FILE_OF(digits, "digits.csv");
FILE_OF(diabetes, "diabetes.csv");

const char *cx__bundled_text(cx__bundled set, size_t *size)
{
    static const char *const file[][2] = {
        [CX__IRIS] = {cx__file_iris, cx__end_iris},
        [CX__WINE] = {cx__file_wine, cx__end_wine},
        [CX__BREAST_CANCER] = {cx__file_breast_cancer, cx__end_breast_cancer},
        [CX__DIGITS] = {cx__file_digits, cx__end_digits},
        [CX__DIABETES] = {cx__file_diabetes, cx__end_diabetes},
    };
    *size = (size_t)(file[set][1] - file[set][0]);
    return file[set][0];
}
