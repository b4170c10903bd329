/* CSV files of tests/data inside the library, so that the data have one place. CX_DATA, the folder
 * with its last slash, comes from the build, which also knows that this file depends on them. */
#include "io/datasets/bundled.h"
#include "base/embed.h"

CX__EMBED(iris, CX_DATA "iris.csv");
CX__EMBED(wine, CX_DATA "wine_data.csv");
CX__EMBED(breast_cancer, CX_DATA "breast_cancer.csv");
CX__EMBED(digits, CX_DATA "digits.csv");
CX__EMBED(diabetes, CX_DATA "diabetes.csv");

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
