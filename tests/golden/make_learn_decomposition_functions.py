# Part of make_learn_decomposition.py: functions, and fits by parts.
put("jl/", johnson_lindenstrauss_min_dim([10, 1000, 1e6], eps=[0.1, 0.5, 0.9]))
m = IncrementalPCA(3)
for lo in range(0, 178, 30):
    m.partial_fit(wine[lo : lo + 30])
put("ipca_parts/components", m.components_), put("ipca_parts/variance", m.explained_variance_), put("ipca_parts/var", m.var_), put("ipca_parts/noise", m.noise_variance_)
