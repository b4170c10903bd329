# Part of make_learn_decomposition.py: functions, and fits by parts.
put("jl/", johnson_lindenstrauss_min_dim([10, 1000, 1e6], eps=[0.1, 0.5, 0.9]))
m = IncrementalPCA(3)
for lo in range(0, 178, 30):
    m.partial_fit(wine[lo : lo + 30])
put("ipca_parts/components", m.components_), put("ipca_parts/variance", m.explained_variance_), put("ipca_parts/var", m.var_), put("ipca_parts/noise", m.noise_variance_)
pixels = SETS["pixels"]
w, h = 1 + np.arange(160 * 3).reshape(160, 3) % 7, 0.5 + np.arange(3 * 64).reshape(3, 64) % 5
for name, options in (("custom", {"init": "custom", "W": w.astype(float), "H": h, "max_iter": 20}), ("fixed", {"H": h, "update_H": False, "max_iter": 25}),
                      ("fixed_mu", {"H": h, "update_H": False, "solver": "mu", "beta_loss": 1.0, "max_iter": 30})):
    a, b, rounds = non_negative_factorization(pixels, n_components=3, **options)
    put(f"nmf/{name}/w", a), put(f"nmf/{name}/h", b), put(f"nmf/{name}/rounds", rounds)
m = MiniBatchNMF(3, random_state=2, alpha_W=0.001)
for lo in range(0, 160, 32):
    m.partial_fit(pixels[lo : lo + 32])
put("nmf_parts/components", m.components_), put("nmf_parts/steps", m.n_steps_), put("nmf_parts/transform", m.transform(pixels[:20]))
m = LatentDirichletAllocation(3, random_state=2, total_samples=200, batch_size=20)
for lo in range(0, 160, 32):
    m.partial_fit(pixels[lo : lo + 32])
put("lda_parts/components", m.components_), put("lda_parts/batches", m.n_batch_iter_), put("lda_parts/transform", m.transform(pixels[:20]))
put("lda_parts/perplexity", m.perplexity(pixels[:30], sub_sampling=True))
