/* Parameters of NMF and MiniBatchNMF. */
#ifndef CX_LEARN_NMF_PARAMS_H
#define CX_LEARN_NMF_PARAMS_H

#define CX__NMF_N_COMPONENTS                                                          \
    {                                                                                 \
        "n_components", CX_PARAM_INT | CX_PARAM_STR | CX_PARAM_NONE, "'auto'",        \
            "int [1, inf), {'auto'}", "how many; 'auto' and None: as many as columns" \
    }
#define CX__NMF_INIT                                                        \
    {                                                                       \
        "init", CX_PARAM_STR | CX_PARAM_NONE, "None",                       \
            "{'random', 'nndsvd', 'nndsvda', 'nndsvdar', 'custom'}",        \
            "where to begin; 'custom' is for cx_non_negative_factorization" \
    }
#define CX__NMF_BETA_LOSS                                                                  \
    {                                                                                      \
        "beta_loss", CX_PARAM_STR | CX_PARAM_FLOAT, "'frobenius'",                         \
            "{'frobenius', 'kullback-leibler', 'itakura-saito'}", "divergence to minimise" \
    }
#define CX__NMF_TOL                                                                      \
    {                                                                                    \
        "tol", CX_PARAM_FLOAT, "0.0001", "[0, inf)", "relative change that ends the fit" \
    }
#define CX__NMF_MAX_ITER                                           \
    {                                                              \
        "max_iter", CX_PARAM_INT, "200", "[1, inf)", "most rounds" \
    }
#define CX__NMF_RANDOM_STATE                                                     \
    {                                                                            \
        "random_state", CX_PARAM_INT | CX_PARAM_NONE, "None", "[0, 4294967295]", \
            "seed of the start"                                                  \
    }
#define CX__NMF_ALPHA_W                                                           \
    {                                                                             \
        "alpha_W", CX_PARAM_FLOAT, "0.0", "[0, inf)", "strength of W's penalties" \
    }
#define CX__NMF_ALPHA_H                                                                 \
    {                                                                                   \
        "alpha_H", CX_PARAM_FLOAT | CX_PARAM_STR, "'same'", "float [0, inf), {'same'}", \
            "strength of H's penalties; 'same': alpha_W"                                \
    }
#define CX__NMF_L1_RATIO                                                               \
    {                                                                                  \
        "l1_ratio", CX_PARAM_FLOAT, "0.0", "[0, 1]", "share of L1 among the penalties" \
    }
#define CX__NMF_VERBOSE                                                              \
    {                                                                                \
        "verbose", CX_PARAM_INT | CX_PARAM_BOOL, "0", NULL, "not used: use progress" \
    }

/** Where the fit of a class begins, by its parameters init and random_state. */
cx_status cx__nmf_start_of(const cx_estimator *self, const cx__nmf *p, const cx_array *x,
                           cx_array **w, cx_array **h);
#endif
