/* Every allocation of a fit, its use, saving and loading fails in turn, for every estimator: right
 * status, nothing leaked. */
#include "device.h"
#include "fault.h"

#include <calx.h>
#include <calx/estimator.h>
#include <calx/metrics.h>
#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

enum { ROWS = 64, COLUMNS = 4 };

typedef struct job {
    const char *spec;
    int labels; /* columns of them; 0: y is numbers */
    bool proba, transform;
} job;

static const job jobs[] = {
    {"StandardScaler()", false, false, true},
    {"MinMaxScaler()", false, false, true},
    {"RobustScaler()", false, false, true},
    {"PolynomialFeatures((2, 3))", false, false, true},
    {"KBinsDiscretizer(3, subsample=40, random_state=0)", false, false, true},
    {"KBinsDiscretizer(3, strategy='kmeans', encode='ordinal')", false, false, true},
    {"QuantileTransformer(n_quantiles=9, subsample=40, random_state=0)", false, false, true},
    {"PowerTransformer()", false, false, true},
    {"SplineTransformer(3, 2, knots='quantile')", false, false, true},
    {"SimpleImputer(strategy='most_frequent', add_indicator=True)", false, false, true},
    {"MissingIndicator(features='all')", false, false, true},
    {"KNNImputer(add_indicator=True)", false, false, true},
    {"IterativeImputer(max_iter=1, n_nearest_features=2, add_indicator=True, random_state=0)",
     false, false, true},
    {"SequentialFeatureSelector(Ridge(), n_features_to_select=1, cv=2)", false, false, true},
    {"GraphicalLasso(0.1, max_iter=2)", false, false, false},
    {"GraphicalLasso(0.1, mode='lars', max_iter=1)", false, false, false},
    {"GraphicalLassoCV(alphas=2, n_refinements=1, cv=2)", false, false, false},
    {"EllipticEnvelope(random_state=0)", false, false, false},
    {"SelectKBest('f_regression', k=2)", false, false, true},
    {"SelectPercentile('mutual_info_regression', percentile=50)", false, false, true},
    {"SelectFromModel(Ridge(), threshold='median')", false, false, true},
    {"RFE(Ridge(), step=2)", false, false, false},
    {"RFECV(Ridge(), step=3, cv=2)", false, false, false},
    {"PCA(2)", false, false, true},
    {"PCA(2, svd_solver='full')", false, false, true},
    {"IncrementalPCA(1, batch_size=50)", false, false, true},
    {"FastICA(2, random_state=0, max_iter=1)", false, false, true},
    {"SparseRandomProjection(2, random_state=0)", false, false, true},
    {"NMF(1, init='random', max_iter=1, random_state=0)", false, false, true},
    {"LatentDirichletAllocation(2, max_iter=1, random_state=0)", false, false, true},
    {"KernelPCA(2, kernel='rbf', fit_inverse_transform=True)", false, false, true},
    {"KernelPCA(2, eigen_solver='arpack')", false, false, true},
    {"Nystroem(n_components=3, random_state=0)", false, false, true},
    {"RBFSampler(n_components=3, random_state=0)", false, false, true},
    {"PolynomialCountSketch(n_components=3, random_state=0)", false, false, true},
    {"TfidfTransformer()", false, false, true},
    {"KernelRidge()", false, false, false},
    {"LinearRegression()", false, false, false},
    {"Ridge()", false, false, false},
    {"Ridge(positive=True)", false, false, false},
    {"LinearRegression(positive=True)", false, false, false},
    {"Lasso(alpha=0.1)", false, false, false},
    {"ElasticNetCV(alphas=2, cv=2)", false, false, false},
    {"RidgeCV(alphas=[1.0])", false, false, false},
    {"RidgeCV(alphas=[1.0], cv=2)", false, false, false},
    {"RidgeClassifier()", true, false, false},
    {"BayesianRidge(max_iter=2)", false, false, false},
    {"ARDRegression(max_iter=2)", false, false, false},
    {"Lars()", false, false, false},
    {"LassoLars(alpha=0.01)", false, false, false},
    {"LarsCV(cv=2)", false, false, false},
    {"LassoLarsIC()", false, false, false},
    {"OrthogonalMatchingPursuit()", false, false, false},
    {"OrthogonalMatchingPursuitCV(cv=2)", false, false, false},
    {"LogisticRegression(max_iter=3)", true, true, false},
    {"LogisticRegression(solver='saga', l1_ratio=0.5, max_iter=3)", true, true, false},
    {"LogisticRegression(solver='newton-cholesky', max_iter=1)", true, true, false},
    {"LogisticRegressionCV(Cs=2, cv=2, max_iter=2)", true, true, false},
    {"PoissonRegressor(max_iter=2)", false, false, false},
    {"TweedieRegressor(power=1.5, max_iter=2)", false, false, false},
    {"HuberRegressor(max_iter=2)", false, false, false},
    {"QuantileRegressor(alpha=0.1)", false, false, false},
    {"RANSACRegressor(random_state=0, max_trials=2)", false, false, false},
    {"TheilSenRegressor(random_state=0, max_subpopulation=3, max_iter=2)", false, false, false},
    {"PCA(1) | IsotonicRegression(out_of_bounds='clip')", false, false, false},
    {"SGDClassifier('log_loss', random_state=0, max_iter=2)", true, true, false},
    {"SGDClassifier('log_loss', early_stopping=True, random_state=0, max_iter=2)", true, true,
     false},
    {"SGDRegressor(average=True, penalty='l1', random_state=0, max_iter=2)", false, false, false},
    {"SGDOneClassSVM(average=True, random_state=0, max_iter=2)", false, false, false},
    {"KMeans(3, random_state=0, max_iter=3)", false, false, true},
    {"KMeans(30, random_state=0, max_iter=1)", false, false, true},
    {"MiniBatchKMeans(4, init='random', n_init=1, batch_size=8, max_iter=1, random_state=0, "
     "reassignment_ratio=0.5)",
     false, false, true},
    {"BisectingKMeans(3, max_iter=1, random_state=0)", false, false, true},
    {"MeanShift(bin_seeding=True, max_iter=1)", false, false, false},
    {"Birch(threshold=0.4, branching_factor=3)", false, false, true},
    {"AffinityPropagation(max_iter=2, random_state=0)", false, false, false},
    {"DBSCAN(eps=0.6, min_samples=4)", false, false, false},
    {"DBSCAN(eps=1.0, metric='x, y: sum(abs(x - y), axis=-1)')", false, false, false},
    {"HDBSCAN(min_cluster_size=4, store_centers='both')", false, false, false},
    {"OPTICS(min_samples=4)", false, false, false},
    {"OPTICS(min_samples=4, cluster_method='dbscan', eps=0.6)", false, false, false},
    {"AgglomerativeClustering(3, compute_distances=True)", false, false, false},
    {"AgglomerativeClustering(3, linkage='single', metric='manhattan')", false, false, false},
    {"AgglomerativeClustering(3, connectivity=1, linkage='complete')", false, false, false},
    {"AgglomerativeClustering(3, connectivity=3, linkage='single')", false, false, false},
    {"FeatureAgglomeration(2, connectivity=1)", false, false, true},
    {"SpectralClustering(2, n_init=1, random_state=0)", false, false, false},
    {"SpectralClustering(2, affinity='nearest_neighbors', assign_labels='cluster_qr')", false,
     false, false},
    {"SpectralClustering(2, assign_labels='discretize', random_state=0)", false, false, false},
    {"SpectralCoclustering(2, n_init=1, random_state=0)", false, false, false},
    {"SpectralBiclustering((2, 2), n_components=1, n_best=1, n_init=1, random_state=0)", false,
     false, false},
    {"TSNE(1, perplexity=4, max_iter=250, random_state=0)", false, false, false},
    {"UMAP(n_neighbors=4, n_epochs=2, random_state=0)", false, false, false},
    {"SpectralEmbedding(n_neighbors=4)", false, false, false},
    {"Isomap(n_neighbors=4)", false, false, true},
    {"LocallyLinearEmbedding(n_neighbors=4)", false, false, true},
    {"MDS(n_init=1, max_iter=2, random_state=0)", false, false, false},
    {"ClassicalMDS()", false, false, false},
    {"SVC()", true, false, false},
    {"SVR()", false, false, false},
    {"OneClassSVM()", false, false, false},
    {"LinearSVC(max_iter=5, random_state=0)", true, false, false},
    {"KernelRidge()", false, false, false},
    {"KernelPCA(2)", false, false, true},
    {"Nystroem(n_components=4, random_state=0)", false, false, true},
    {"RBFSampler(n_components=4, random_state=0)", false, false, true},
    {"GaussianProcessRegressor(optimizer=None)", false, false, false},
    {"NearestNeighbors()", false, false, false},
    {"RadiusNeighborsRegressor(2.0)", false, false, false},
    {"LocalOutlierFactor(novelty=True)", false, false, false},
    {"KernelDensity()", false, false, false},
    {"NearestCentroid()", true, false, false},
    {"LinearDiscriminantAnalysis()", true, true, true},
    {"QuadraticDiscriminantAnalysis()", true, true, false},
    {"PLSRegression(1)", false, false, true},
    {"MinCovDet(random_state=0)", false, false, false},
    {"LedoitWolf()", false, false, false},
    {"GaussianMixture(2, random_state=0, max_iter=1)", false, false, false},
    {"BayesianGaussianMixture(n_components=2, covariance_type='tied', random_state=0, max_iter=1)",
     false, false, false},
    {"MLPClassifier(2, max_iter=1, random_state=0)", true, true, false},
    {"MLPRegressor(hidden_layer_sizes=2, solver='lbfgs', max_iter=1, random_state=0)", false, false,
     false},
    {"BernoulliRBM(2, n_iter=1, batch_size=50, random_state=0)", false, false, true},
    {"BernoulliNB()", true, true, false},
    {"PolynomialFeatures(2) | QuantileTransformer(n_quantiles=9) | CategoricalNB()", true, true,
     false},
    {"KNeighborsClassifier()", true, true, false},
    {"GaussianNB()", true, true, false},
    {"StandardScaler() | PCA(2) | LogisticRegression(max_iter=3)", true, true, false},
    {"OneHotEncoder(drop='first', min_frequency=2)", false, false, true},
    {"OrdinalEncoder(max_categories=3)", false, false, true},
    {"TargetEncoder()", false, false, true},
    {"FeatureUnion([('a', StandardScaler()), ('b', 'passthrough')])", false, false, true},
    {"CalibratedClassifierCV(GaussianNB(), cv=2)", true, true, false},
    {"CalibratedClassifierCV(GaussianNB(), method='isotonic', cv=2)", true, true, false},
    {"CalibratedClassifierCV(GaussianNB(), method='temperature', cv=2, ensemble=False)", true, true,
     false},
    {"TransformedTargetRegressor(func='exp', inverse_func='log')", false, false, false},
    {"OneVsRestClassifier(GaussianNB())", true, true, false},
    {"OneVsRestClassifier(GaussianNB())", 2, true, false},
    {"OutputCodeClassifier(GaussianNB(), random_state=0)", true, false, false},
    {"MultiOutputClassifier(GaussianNB())", 2, true, false},
    {"ClassifierChain(GaussianNB(), chain_method='predict_proba')", 2, true, false},
    {"ClassifierChain(GaussianNB(), cv=2)", 2, true, false},
    {"GradientBoostingClassifier(n_estimators=2, subsample=0.8, n_iter_no_change=1, "
     "validation_fraction=0.3, random_state=0)",
     true, true, false},
    {"GradientBoostingRegressor(init=Ridge(), loss='huber', n_estimators=2, ccp_alpha=0.001, "
     "random_state=0)",
     false, false, false},
    {"BaggingClassifier(GaussianNB(), 2, max_features=2, oob_score=True, random_state=0)", true,
     true, false},
    {"BaggingRegressor(OrthogonalMatchingPursuit(), 2, bootstrap=False, max_samples=30, "
     "random_state=0)",
     false, false, false},
    {"AdaBoostClassifier(GaussianNB(), n_estimators=2)", true, true, false},
    {"AdaBoostRegressor(Ridge(), n_estimators=2, random_state=0)", false, false, false},
    {"VotingClassifier([('a', GaussianNB()), ('b', 'drop')], voting='soft', weights=[1, 1])", true,
     true, true},
    {"VotingRegressor([('a', Ridge())])", false, false, true},
    {"StackingClassifier([('a', GaussianNB())], GaussianNB(), cv=2, passthrough=True)", true, true,
     true},
    {"StackingRegressor([('a', Ridge())], Ridge(), cv=2)", false, false, true},
    {"RandomForestClassifier(2, max_depth=2, oob_score=True, class_weight='balanced_subsample', "
     "random_state=0)",
     true, true, false},
    {"ExtraTreesClassifier(2, max_depth=2, class_weight='balanced', random_state=0)", 2, true,
     false},
    {"RandomForestRegressor(2, max_depth=2, max_samples=9, ccp_alpha=0.1, random_state=0)", false,
     false, false},
    {"IsolationForest(n_estimators=2, max_samples=8, max_features=2, contamination=0.2, "
     "random_state=0)",
     false, false, false},
    {"RandomTreesEmbedding(2, max_depth=2, random_state=0)", false, false, true},
};

static void fill(double *x, double *y, bool labels)
{
    uint64_t state = 12345;
    for (int i = 0; i < ROWS; i++) {
        for (int j = 0; j < COLUMNS; j++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            x[i * COLUMNS + j] = (double)(state >> 33) / 4294967296.0 + (i % 3 == j);
        }
        y[i] = labels ? i % 3 : x[i * COLUMNS] + 0.5 * x[i * COLUMNS + 1];
    }
}

static cx_status use(const job *t, const char *path)
{
    double x[ROWS * COLUMNS], y[ROWS];
    fill(x, y, t->labels > 0);
    cx_estimator *m = cx_estimator_new(t->spec);
    const cx_array *rows = cx_copy_host(x, CX_SHAPE(ROWS, COLUMNS), CX_F64),
                   *target = cx_copy_host(y, CX_SHAPE(ROWS), CX_F64);
    if (t->labels == 2)
        target = cx_astype(
            cx_stack(CX_ARRAYS(cx_equal(target, cx_float(1)), cx_greater(target, cx_float(0))), 1),
            CX_I64);
    cx_status st = cx_fit(m, rows, target);
    if (st == CX_OK) st = cx_estimator_save(path, m);
    if (st != CX_OK) return st;
    const cx_estimator *back = cx_estimator_load(path);
    if (t->transform)
        (void)cx_transform(back, rows);
    else if (cx_estimator_has(back, CX_PREDICT))
        (void)cx_predict(back, rows);
    if (t->labels == 2) {
        if (t->proba) (void)cx_predict_proba(back, rows);
        (void)cx_score(back, rows, target);
        return CX_OK;
    }
    if (t->proba) (void)cx_log_loss(target, cx_predict_proba(back, rows), NULL);
    if (t->labels)
        (void)cx_f1_score(target, cx_predict(back, rows),
                          CX_OPTS(cx_metric_opts, .average = CX_SCORE_MACRO));
    return CX_OK;
}

static cx_status scenario(void *ctx)
{
    char path[64];
    snprintf(path, sizeof path, "test_fault_estimators_%ld.safetensors", (long)getpid());
    const cx_scope s = cx_scope_open();
    const cx_status st = use(ctx, path), closed = cx_scope_close(s);
    remove(path);
    return st != CX_OK ? st : closed;
}

static void over_all(fault_mode mode)
{
    fault_install();
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++) {
        /* a sanitizer looks at each in one of the two ways */
        if (TEST_SANITIZED && (i % 2 == 0) != (mode == FAULT_ONCE)) continue;
        job t = jobs[i];
        cr_expect(scenario(&t) == CX_OK, "%s: %s", t.spec, cx_error_message());
        const int runs = fault_loop(t.spec, mode, scenario, &t);
        cr_expect(runs > 10, "%s: %d runs", t.spec, runs);
    }
}

Test(estimators, one_allocation_fails)
{
    over_all(FAULT_ONCE);
}

Test(estimators, all_allocations_fail_from_then_on)
{
    over_all(FAULT_FROM_THEN_ON);
}
