/* Elementwise rows with a kernel of their own: where (by the size of its elements), clip, and the
 * comparisons of int64 with uint64 by value. */
#include "rows.cuh"

/* What where moves: any type of the size and alignment. */
template <class S> struct where_unit {
    typedef S type;
};
template <> struct where_unit<int8_t> : where_unit<uint8_t> {
};
template <> struct where_unit<bool> : where_unit<uint8_t> {
};
template <> struct where_unit<int16_t> : where_unit<uint16_t> {
};
template <> struct where_unit<f16> : where_unit<uint16_t> {
};
template <> struct where_unit<bf16> : where_unit<uint16_t> {
};
template <> struct where_unit<int32_t> : where_unit<uint32_t> {
};
template <> struct where_unit<float> : where_unit<uint32_t> {
};
template <> struct where_unit<int64_t> : where_unit<uint64_t> {
};
template <> struct where_unit<double> : where_unit<uint64_t> {
};

template <class S> struct where_rows {
    typedef const map_row<3> *fn_t();
    static const map_row<3> *fn()
    {
        typedef typename where_unit<S>::type M;
        constexpr uint8_t s = dtype_code<S>::value;
        static constexpr map_row<3> row = {CX_TE_WHERE,
                                           (uint8_t)map_vector<M, bool, M>(),
                                           {CX_BOOL, s, s},
                                           s,
                                           {CX_BOOL, s, s},
                                           map_same<rows::WHERE<M>, M, bool, M, 3>,
                                           map_any<map_one<rows::WHERE<S>, S, 3>, 3>};
        return &row;
    }
};
template <class S> struct clip_rows {
    typedef const map_row<3> *fn_t();
    static const map_row<3> *fn()
    {
        typedef compute_t<S> C;
        constexpr uint8_t s = dtype_code<S>::value, c = dtype_code<C>::value;
        static constexpr map_row<3> row = {CX_TE_CLIP,
                                           (uint8_t)map_vector<S, S, S>(),
                                           {s, s, s},
                                           s,
                                           {c, c, c},
                                           map_same<rows::CLIP<C>, S, S, S, 3>,
                                           map_any<map_one<rows::CLIP<C>, S, 3>, 3>};
        return &row;
    }
};
const map_row<3> *map_ternary_row(int op, int loop)
{
    if (op == CX_TE_WHERE) return cuda_by_dtype<where_rows>(loop)();
    return op == CX_TE_CLIP && loop != CX_CAT ? cuda_by_dtype<clip_rows>(loop)() : nullptr;
}

template <class Op, int OP> constexpr map_row<2> by_value_row()
{
    return {OP,
            (uint8_t)map_vector<bool, int64_t, uint64_t>(),
            {CX_I64, CX_U64},
            CX_BOOL,
            {CX_I64, CX_U64},
            map_same<Op, bool, int64_t, uint64_t, 2>,
            map_any<map_one<Op, bool, 2>, 2>};
}
const map_row<2> *map_by_value_row(int op)
{
    static constexpr map_row<2> table[] = {
        by_value_row<rows::EQUAL_BY_VALUE, CX_BI_EQUAL>(),
        by_value_row<rows::NOT_EQUAL_BY_VALUE, CX_BI_NOT_EQUAL>(),
        by_value_row<rows::LESS_BY_VALUE, CX_BI_LESS>(),
        by_value_row<rows::LESS_EQUAL_BY_VALUE, CX_BI_LESS_EQUAL>(),
        by_value_row<rows::GREATER_BY_VALUE, CX_BI_GREATER>(),
        by_value_row<rows::GREATER_EQUAL_BY_VALUE, CX_BI_GREATER_EQUAL>(),
    };
    static_assert(CX_BI_GREATER_EQUAL - CX_BI_EQUAL == 5, "comparisons in the order of the table");
    return &table[op - CX_BI_EQUAL];
}
