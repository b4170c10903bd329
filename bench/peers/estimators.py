"""bench/estimators.c beside scikit-learn: python estimators.py [--processor] PROGRAM [CASE[,CASE] [PAIRS]].

A case is the text that makes the model on both sides, what is timed (predict@1000: of the first 1000 rows) and the data; CASE is a part of the text. A ratio is
scikit-learn's time by Calx's: best against best, and the median of paired ones in brackets.
"""
import sys
import warnings
from functools import partial

import numpy as np
import sklearn
from sklearn.cluster import *
from sklearn.cluster import AgglomerativeClustering as Agglomerative
from sklearn.decomposition import *
from sklearn.discriminant_analysis import *
from sklearn.ensemble import *
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.feature_selection import *
from sklearn.gaussian_process import GaussianProcessClassifier as Classifier, GaussianProcessRegressor as Regressor
from sklearn.gaussian_process.kernels import *
from sklearn.impute import *
from sklearn.kernel_approximation import *
from sklearn.kernel_ridge import *
from sklearn.linear_model import *
from sklearn.manifold import *
from sklearn.mixture import *
from sklearn.naive_bayes import *
from sklearn.neural_network import *
from sklearn.neighbors import *
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import *
from sklearn.semi_supervised import *
from sklearn.svm import *
from sklearn.random_projection import *
from sklearn.tree import *

from pairs import OTHERS, Case, fingerprint, numbers, table

if OTHERS:
    import others

try:
    from umap import UMAP
except ImportError:
    UMAP = None

TYPES = {"f64": np.float64, "f32": np.float32}
SIGNALS = 10
# spec, method, target, dtype, rows, columns, what the two results may differ by
CLOSED, STOPPED = 1e-8, 2e-3
CASES = [
    ("StandardScaler()", "fit_transform", "none", "f64", 100000, 100, CLOSED),
    ("StandardScaler()", "fit_transform", "none", "f32", 100000, 100, 1e-4),
    ("GaussianNB()", "predict", "classes 2", "f64", 100000, 100, CLOSED),
    ("GaussianNB()", "fit", "classes 2", "f64", 100000, 100, CLOSED),
    ("PCA()", "fit", "none", "f64", 100000, 100, 1e-6),
    ("PCA(svd_solver='full')", "fit", "none", "f64", 100000, 100, 1e-6),
    ("PCA(10, svd_solver='randomized', random_state=0)", "fit", "none", "f64", 20000, 300, 1e-5),
    ("PCA(10, random_state=0)", "fit", "none", "f64", 2000, 1500, 1e-2),
    ("TruncatedSVD(10, random_state=0)", "fit", "none", "f64", 50000, 100, 1e-3),
    ("IncrementalPCA(10)", "fit", "none", "f64", 50000, 50, 1e-6),
    ("FactorAnalysis(5)", "fit", "none", "f64", 20000, 50, 1e-2),
    ("FastICA(10, random_state=0, max_iter=20)", "fit", "none", "f64", 50000, 50, 1e-1),
    ("GaussianRandomProjection(50, random_state=0)", "fit_transform", "none", "f64", 20000, 500, 1e-6),
    ("SparseRandomProjection(50, random_state=0)", "fit_transform", "none", "f64", 20000, 500, 1e-6),
    ("NMF(10, random_state=0, max_iter=50)", "fit", "counts", "f64", 10000, 100, 1e-2),
    ("NMF(10, solver='mu', beta_loss='kullback-leibler', random_state=0, max_iter=20)", "fit", "counts", "f64", 5000, 100, 1e-2),
    ("MiniBatchNMF(10, random_state=0)", "fit", "counts", "f64", 20000, 100, 1e-2),
    ("LatentDirichletAllocation(10, random_state=0, max_iter=3)", "fit", "counts", "f64", 2000, 100, 1e-2),
    ("DictionaryLearning(20, max_iter=5, random_state=0, transform_algorithm='lasso_lars')", "fit", "none", "f64", 1000, 30, 1e-2),
    ("MiniBatchDictionaryLearning(20, max_iter=2, random_state=0, transform_algorithm='lasso_lars')", "fit", "none", "f64", 2000, 30, 1e-2),
    ("SparsePCA(5, max_iter=10, random_state=0)", "fit", "none", "f64", 500, 30, 1e-2),
    ("MiniBatchSparsePCA(5, max_iter=10, random_state=0)", "fit", "none", "f64", 500, 30, 1e-2),
    ("LinearRegression()", "fit", "number", "f64", 100000, 100, CLOSED),
    ("LinearRegression()", "fit", "number", "f32", 100000, 100, 1e-3),
    ("Ridge()", "fit", "number", "f64", 100000, 100, CLOSED),
    ("LogisticRegression()", "fit", "classes 2", "f64", 100000, 100, STOPPED),
    ("LogisticRegression(C=0.001)", "fit", "classes 2", "f64", 100000, 100, STOPPED),
    ("LogisticRegression()", "fit", "classes 5", "f64", 100000, 100, STOPPED),
    ("Lasso(alpha=0.01)", "fit", "number", "f64", 10000, 500, STOPPED),
    ("Lasso(alpha=0.001)", "fit", "number", "f64", 10000, 500, STOPPED),
    ("ElasticNet(alpha=0.01)", "fit", "number", "f64", 10000, 500, STOPPED),
    ("MinMaxScaler()", "fit_transform", "none", "f64", 100000, 100, CLOSED),
    ("RobustScaler()", "fit_transform", "none", "f64", 100000, 100, CLOSED),
    ("Normalizer()", "fit_transform", "none", "f64", 100000, 100, CLOSED),
    ("PolynomialFeatures()", "fit_transform", "none", "f64", 100000, 10, CLOSED),
    ("QuantileTransformer()", "fit_transform", "none", "f64", 20000, 20, 1e-2),
    ("PowerTransformer()", "fit_transform", "none", "f64", 20000, 10, 1e-4),
    ("KBinsDiscretizer(encode='ordinal')", "fit_transform", "none", "f64", 100000, 20, CLOSED),
    ("SimpleImputer()", "fit_transform", "none", "f64", 100000, 100, CLOSED),
    ("LinearDiscriminantAnalysis()", "fit", "classes 3", "f64", 100000, 50, 1e-6),
    ("RidgeCV()", "fit", "number", "f64", 20000, 50, CLOSED),
    ("LassoCV()", "fit", "number", "f64", 10000, 100, STOPPED),
    ("LogisticRegressionCV()", "fit", "classes 2", "f64", 5000, 20, 1e-2),
    ("HuberRegressor()", "fit", "number", "f64", 20000, 20, STOPPED),
    ("SGDClassifier(random_state=0)", "fit", "classes 2", "f64", 20000, 20, CLOSED),
    ("LinearRegression()", "fit", "number", "f64", 100, 5, CLOSED),
    ("LogisticRegression()", "fit", "classes 2", "f64", 100, 5, STOPPED),
    ("StandardScaler()", "fit_transform", "none", "f64", 100, 5, CLOSED),
    ("MLPClassifier(max_iter=10, random_state=0)", "fit", "classes 2", "f64", 10000, 20, STOPPED),
    ("MLPClassifier((32, 32), 'tanh', batch_size=32, max_iter=3, random_state=0)", "fit", "classes 5", "f64", 10000, 20, STOPPED),
    ("MLPClassifier(50, solver='sgd', max_iter=10, random_state=0)", "fit", "classes 2", "f64", 10000, 20, STOPPED),
    ("MLPRegressor(hidden_layer_sizes=100, max_iter=10, random_state=0)", "fit", "number", "f64", 10000, 20, STOPPED),
    ("MLPClassifier(max_iter=3, random_state=0)", "predict", "classes 2", "f64", 100000, 20, STOPPED),
    ("BernoulliRBM(64, n_iter=2, batch_size=50, random_state=0)", "fit", "none", "f64", 5000, 64, STOPPED),
    ("BernoulliNB()", "fit", "classes 2", "f64", 100000, 100, CLOSED),
    ("BernoulliNB()", "predict", "classes 2", "f64", 100000, 100, CLOSED),
    ("GaussianMixture(8, random_state=0, max_iter=20)", "fit", "none", "f64", 100000, 10, STOPPED),
    ("GaussianMixture(8, covariance_type='diag', random_state=0, max_iter=20)", "fit", "none", "f64", 100000, 10, STOPPED),
    ("GaussianMixture(8, covariance_type='tied', random_state=0, max_iter=20)", "fit", "none", "f64", 100000, 10, STOPPED),
    ("GaussianMixture(8, init_params='random', random_state=0, max_iter=20)", "fit", "none", "f64", 100000, 10, STOPPED),
    ("GaussianMixture(4, init_params='random', random_state=0, max_iter=5)", "fit", "none", "f64", 20000, 50, STOPPED),
    ("GaussianMixture(8, random_state=0, max_iter=20)", "predict", "none", "f64", 100000, 10, STOPPED),
    ("BayesianGaussianMixture(n_components=8, random_state=0, max_iter=20)", "fit", "none", "f64", 100000, 10, STOPPED),
    ("LogisticRegression()", "serve", "classes 2", "f64", 1000, 20, STOPPED),
    ("StandardScaler() | LogisticRegression()", "serve", "classes 2", "f64", 1000, 20, STOPPED),
    ("LogisticRegression()", "predict_proba", "classes 2", "f64", 100000, 100, STOPPED),
    ("DecisionTreeClassifier(random_state=1)", "fit", "classes 3", "f64", 100000, 20, CLOSED),
    ("DecisionTreeClassifier(random_state=0)", "fit", "classes 2", "f64", 100000, 20, CLOSED),
    ("DecisionTreeRegressor(random_state=0)", "fit", "number", "f64", 100000, 20, CLOSED),
    ("DecisionTreeClassifier(random_state=0)", "predict", "classes 2", "f64", 100000, 20, CLOSED),
    ("RandomForestClassifier(n_jobs=2, random_state=1)", "fit", "classes 3", "f64", 20000, 20, CLOSED),
    ("RandomForestClassifier(n_jobs=2, random_state=0)", "fit", "classes 2", "f64", 20000, 20, CLOSED),
    ("RandomForestRegressor(n_jobs=2, random_state=0)", "fit", "number", "f64", 20000, 20, CLOSED),
    ("RandomForestClassifier(n_jobs=2, random_state=0)", "predict", "classes 2", "f64", 20000, 20, CLOSED),
    ("RandomForestClassifier(random_state=0)", "serve", "classes 2", "f64", 20000, 20, CLOSED),
    ("RandomForestClassifier(n_jobs=2, random_state=0)", "serve", "classes 2", "f64", 20000, 20, CLOSED),
    ("ExtraTreesClassifier(n_jobs=2, random_state=0)", "fit", "classes 2", "f64", 20000, 20, CLOSED),
    ("ExtraTreesClassifier(n_jobs=2, random_state=0)", "predict", "classes 2", "f64", 20000, 20, CLOSED),
    ("GradientBoostingClassifier(random_state=0)", "fit", "classes 2", "f64", 10000, 20, CLOSED),
    ("GradientBoostingRegressor(random_state=0)", "fit", "number", "f64", 10000, 20, CLOSED),
    ("GradientBoostingClassifier(random_state=0)", "predict", "classes 2", "f64", 10000, 20, CLOSED),
    ("GradientBoostingClassifier(random_state=0)", "serve", "classes 2", "f64", 10000, 20, CLOSED),
    ("HistGradientBoostingClassifier(early_stopping=False, random_state=0)", "fit", "classes 2", "f64", 100000, 20, STOPPED),
    ("HistGradientBoostingRegressor(early_stopping=False, random_state=0)", "fit", "number", "f64", 100000, 20, STOPPED),
    ("HistGradientBoostingClassifier(early_stopping=False, random_state=0)", "predict", "classes 2", "f64", 100000, 20, STOPPED),
    ("HistGradientBoostingClassifier(early_stopping=False, random_state=0)", "serve", "classes 2", "f64", 100000, 20, STOPPED),
    ("KMeans(20, init='random', n_init=1, max_iter=20, tol=0, random_state=0)", "fit", "none", "f64", 100000, 50, 1e-6),
    ("KMeans(256, init='random', n_init=1, max_iter=10, tol=0, random_state=0)", "fit", "none", "f64", 100000, 50, 1e-6),
    ("KMeans(20, init='random', n_init=1, max_iter=20, tol=0, random_state=0)", "fit", "none", "f32", 100000, 50, 1e-4),
    ("KMeans(20, max_iter=20, tol=0, random_state=0)", "fit", "none", "f64", 100000, 50, 1e-6),
    ("KMeans(20, max_iter=20, tol=0, random_state=0)", "predict", "none", "f64", 100000, 50, 1e-6),
    ("KMeans(3, random_state=0)", "fit", "none", "f64", 100, 5, 1e-6),
    ("MiniBatchKMeans(20, random_state=0)", "fit", "none", "f64", 100000, 50, 1e-6),
    ("BisectingKMeans(20, random_state=0)", "fit", "none", "f64", 100000, 20, 1e-6),
    ("MeanShift(bandwidth=0.3)", "fit", "none", "f64", 500, 2, 1e-6),
    ("MeanShift(bandwidth=0.3, bin_seeding=True)", "fit", "none", "f64", 10000, 2, 1e-6),
    ("Birch(threshold=0.05)", "fit", "none", "f64", 5000, 2, 1e-6),
    ("Birch(threshold=0.5, n_clusters=None)", "fit", "none", "f64", 5000, 10, 1e-6),
    ("AffinityPropagation(random_state=0)", "fit", "none", "f64", 1000, 5, 1e-6),
    ("DBSCAN(eps=0.5)", "fit", "none", "f64", 50000, 10, CLOSED),
    ("DBSCAN(eps=0.02)", "fit", "none", "f64", 50000, 2, CLOSED),
    # steps of equal length stand in the order of an unstable sort there: other clusters of such rows
    ("HDBSCAN(copy=False)", "fit", "none", "f64", 5000, 10, 1e-1),
    ("OPTICS()", "fit", "none", "f64", 2000, 10, CLOSED),
    ("AgglomerativeClustering()", "fit", "none", "f64", 2000, 10, CLOSED),
    ("AgglomerativeClustering(linkage='average')", "fit", "none", "f64", 2000, 10, CLOSED),
    ("AgglomerativeClustering(connectivity=10)", "fit", "none", "f64", 3000, 10, CLOSED),
    ("AgglomerativeClustering(connectivity=10, linkage='average')", "fit", "none", "f64", 3000, 10, CLOSED),
    ("AgglomerativeClustering(connectivity=10, linkage='complete')", "fit", "none", "f64", 3000, 10, CLOSED),
    ("AgglomerativeClustering(connectivity=10, linkage='single')", "fit", "none", "f64", 3000, 10, CLOSED),
    ("SpectralClustering(random_state=0)", "fit", "none", "f64", 1000, 10, CLOSED),
    ("SpectralClustering(affinity='nearest_neighbors', random_state=0)", "fit", "none", "f64", 1000, 10, CLOSED),
    ("KNeighborsClassifier(algorithm='brute', n_jobs=2)", "predict", "classes 3", "f64", 5000, 50, CLOSED),
    ("KNeighborsClassifier(algorithm='brute', n_jobs=2)", "predict@1000", "classes 3", "f64", 50000, 50, CLOSED),
    ("KNeighborsClassifier(n_jobs=2)", "predict", "classes 3", "f64", 50000, 3, CLOSED),
    ("KNeighborsClassifier(n_jobs=2)", "serve", "classes 3", "f64", 50000, 3, CLOSED),
    ("Tree(5)", "serve", "none", "f64", 50000, 3, CLOSED),
    ("KNeighborsRegressor(n_jobs=2, weights='distance')", "fit", "number", "f64", 50000, 5, CLOSED),
    ("KNeighborsRegressor(n_jobs=2, p=1)", "predict", "number", "f64", 20000, 3, CLOSED),
    ("RadiusNeighborsRegressor(0.1, n_jobs=2)", "predict", "number", "f64", 5000, 2, CLOSED),
    ("LocalOutlierFactor(n_jobs=2, novelty=True)", "fit", "none", "f64", 5000, 4, CLOSED),
    ("NeighborhoodComponentsAnalysis(5, init='pca', max_iter=5)", "fit", "classes 3", "f64", 1000, 10, 1e-4),
    ("LabelSpreading()", "fit", "classes 3", "f64", 2000, 10, 1e-6),
    ("NearestCentroid()", "fit", "classes 3", "f64", 100000, 20, CLOSED),
    ("NearestCentroid()", "predict", "classes 3", "f64", 100000, 20, CLOSED),
    ("SVC()", "fit", "classes 2", "f64", 5000, 20, CLOSED),
    ("SVC()", "predict", "classes 2", "f64", 5000, 20, CLOSED),
    ("SVC()", "serve", "classes 2", "f64", 5000, 20, CLOSED),
    ("SVC()", "fit", "classes 5", "f64", 5000, 50, CLOSED),
    ("SVC()", "predict", "classes 5", "f64", 5000, 50, CLOSED),
    ("NuSVC(nu=0.2)", "fit", "classes 2", "f64", 5000, 20, CLOSED),
    ("SVR()", "fit", "number", "f64", 4000, 20, 1e-6),
    ("SVR()", "predict", "number", "f64", 4000, 20, 1e-6),
    ("OneClassSVM(nu=0.2)", "fit", "none", "f64", 5000, 20, CLOSED),
    ("LinearSVC()", "fit", "classes 2", "f64", 100000, 50, STOPPED),
    ("LinearSVC()", "fit", "classes 5", "f64", 20000, 50, STOPPED),
    ("LinearSVC(loss='hinge', random_state=0)", "fit", "classes 2", "f64", 5000, 50, STOPPED),
    ("LinearSVR(random_state=0)", "fit", "number", "f64", 5000, 50, STOPPED),
    ("KernelRidge()", "fit", "number", "f64", 2000, 20, 1e-6),
    ("KernelRidge(kernel='rbf')", "fit", "number", "f64", 2000, 20, 1e-6),
    ("KernelRidge(kernel='rbf')", "predict", "number", "f64", 2000, 20, 1e-6),
    ("KernelPCA(n_components=10)", "fit", "none", "f64", 2000, 20, 1e-6),
    ("KernelPCA(n_components=10, kernel='rbf')", "fit", "none", "f64", 2000, 20, 1e-6),
    ("KernelPCA(n_components=5, kernel='rbf', random_state=0)", "fit", "none", "f64", 2000, 20, 1e-6),
    ("KernelPCA(n_components=10, kernel='rbf')", "transform", "none", "f64", 2000, 20, 1e-6),
    ("KernelPCA(n_components=10, kernel='rbf', eigen_solver='randomized', random_state=0)", "fit", "none", "f64", 2000, 20, 1e-2),
    ("Nystroem(random_state=0)", "fit", "none", "f64", 100000, 20, 1e-6),
    ("Nystroem(random_state=0)", "transform", "none", "f64", 100000, 20, 1e-6),
    ("RBFSampler(random_state=0)", "transform", "none", "f64", 100000, 20, CLOSED),
    ("RBFSampler(random_state=0)", "transform", "none", "f32", 100000, 20, 1e-4),
    ("SkewedChi2Sampler(random_state=0)", "transform", "counts", "f64", 100000, 20, CLOSED),
    ("AdditiveChi2Sampler()", "transform", "counts", "f64", 100000, 20, CLOSED),
    ("TfidfTransformer()", "fit_transform", "counts", "f64", 20000, 200, CLOSED),
    ("TfidfTransformer(sublinear_tf=True)", "transform", "counts", "f64", 20000, 200, CLOSED),
    ("PolynomialCountSketch(random_state=0)", "transform", "none", "f64", 20000, 20, CLOSED),
    ("GaussianMixture(5, max_iter=20, tol=0, random_state=0)", "fit", "none", "f64", 100000, 10, STOPPED),
    ("GaussianMixture(5, init_params='random', max_iter=20, tol=0, random_state=0)", "fit", "none", "f64", 100000, 10, STOPPED),
    ("GaussianNB()", "partial_fit", "classes 2", "f64", 100000, 100, CLOSED),
    ("BernoulliNB()", "partial_fit", "classes 2", "f64", 100000, 100, CLOSED),
    ("MultinomialNB()", "fit", "counts 3", "f64", 100000, 100, CLOSED),
    ("MultinomialNB()", "partial_fit", "counts 3", "f64", 100000, 100, CLOSED),
    ("MultinomialNB()", "predict", "counts 3", "f64", 100000, 100, CLOSED),
    ("ComplementNB()", "fit", "counts 3", "f64", 100000, 100, CLOSED),
    ("CategoricalNB()", "fit", "counts 3", "f64", 100000, 20, CLOSED),
    ("CategoricalNB()", "predict", "counts 3", "f64", 100000, 20, CLOSED),
    ("MLPClassifier(max_iter=20, random_state=0)", "fit", "classes 2", "f64", 5000, 20, STOPPED),
    ("MLPClassifier(max_iter=3, random_state=0)", "partial_fit", "classes 2", "f64", 5000, 20, STOPPED),
    ("IncrementalPCA(10)", "partial_fit", "none", "f64", 5000, 50, 1e-6),
    ("MiniBatchNMF(10, random_state=0)", "partial_fit", "counts", "f64", 5000, 100, 1e-2),
    ("MiniBatchKMeans(20, random_state=0)", "partial_fit", "none", "f64", 20000, 50, 1e-6),
    ("PCA(10)", "transform", "none", "f64", 100000, 100, 1e-6),
    ("NMF(10, random_state=0, max_iter=50)", "transform", "counts", "f64", 10000, 100, 1e-2),
    ("SparseRandomProjection(50, random_state=0)", "transform", "none", "f64", 20000, 500, 1e-6),
    ("KNeighborsClassifier(algorithm='brute', n_jobs=2)", "predict", "classes 3", "f64", 20000, 20, CLOSED),
    ("NearestNeighbors(n_neighbors=5, n_jobs=2)", "kneighbors", "none", "f64", 50000, 3, CLOSED),
    ("NearestNeighbors(n_neighbors=5, algorithm='brute', n_jobs=2)", "kneighbors", "none", "f64", 10000, 50, CLOSED),
    ("LocalOutlierFactor(n_jobs=2)", "fit", "none", "f64", 20000, 4, CLOSED),
    ("LocalOutlierFactor(n_jobs=2, novelty=True)", "predict", "none", "f64", 5000, 4, CLOSED),
    ("KernelDensity(bandwidth=0.1)", "fit", "none", "f64", 5000, 3, 1e-6),
    ("KernelDensity(bandwidth=0.1)", "score_samples", "none", "f64", 5000, 3, 1e-6),
    ("KernelDensity(bandwidth=0.1, kernel='epanechnikov')", "score_samples", "none", "f64", 5000, 3, 1e-6),
    ("TSNE(random_state=0)", "fit", "none", "f64", 4000, 50, 1),
    ("TSNE(random_state=0)", "fit", "none", "f64", 10000, 50, 1),
    ("SpectralEmbedding(n_neighbors=10, random_state=0)", "fit", "none", "f64", 2000, 3, 1e-6),
    ("Isomap(n_neighbors=10)", "fit", "none", "f64", 1500, 3, 1e-6),
    ("LocallyLinearEmbedding(n_neighbors=10, random_state=0)", "fit", "none", "f64", 2000, 3, 1e-3),
    ("LocallyLinearEmbedding(n_neighbors=10, method='modified', random_state=0)", "fit", "none", "f64", 1000, 3, 1e-3),
    ("MDS(random_state=0)", "fit", "none", "f64", 500, 20, 1e-6),
    ("UMAP(random_state=0)", "fit", "none", "f64", 5000, 20, 1),
    ("GaussianProcessRegressor('1.0 * RBF(1.0) + WhiteKernel(0.5)', optimizer=None)", "fit", "number", "f64", 500, 5, 1e-6),
    ("GaussianProcessRegressor('1.0 * RBF(1.0) + WhiteKernel(0.5)')", "fit", "number", "f64", 500, 5, 1e-5),
    ("GaussianProcessRegressor('1.0 * Matern([1.0, 1.0, 1.0, 1.0, 1.0], nu=2.5)', alpha=0.5)", "fit", "number", "f64", 500, 5, 1e-5),
    ("GaussianProcessRegressor('1.0 * RBF(1.0) + WhiteKernel(0.5)', optimizer=None)", "predict_std", "number", "f64", 1000, 5, 1e-6),
    ("GaussianProcessClassifier('1.0 * RBF(1.0)')", "fit", "classes 2", "f64", 300, 5, 1e-4),
    ("GaussianProcessClassifier('1.0 * RBF(1.0)', optimizer=None)", "predict_proba", "classes 3", "f64", 500, 5, 1e-6),
]


class Tree:
    """KDTree in the form of a model: what it says are the distances of the k nearest."""

    def __init__(self, k):
        self.k = k

    def fit(self, x, y):
        self.tree = KDTree(x)

    def predict(self, x):
        return self.tree.query(x, self.k)[0]


class Told(Regressor):
    """predict_std is what predict says of deviations."""

    def predict_std(self, x):
        return self.predict(x, return_std=True)[1]


# connectivity=k stands for the graph of the k nearest
def AgglomerativeClustering(connectivity=None, **others):
    graph = partial(kneighbors_graph, n_neighbors=connectivity, include_self=False) if connectivity else None
    return Agglomerative(connectivity=graph, **others)


# kernels are text on this side too
def GaussianProcessRegressor(kernel, **others):
    return Told(eval(kernel), **others)


def GaussianProcessClassifier(kernel, **others):
    return Classifier(eval(kernel), **others)


def allowed(spec, bound):
    """Before 1.3 KMeans drew its first centres otherwise: other clusters, as good ones."""
    older = tuple(map(int, sklearn.__version__.split(".")[:2])) < (1, 3)
    return max(bound, 1e-4) if older and spec.startswith("KMeans") else bound


def data(kind, dtype, rows, columns):
    x = numbers(np.arange(rows * columns)).reshape(rows, columns)
    if kind == "none":
        return x.astype(dtype), None
    counts = np.floor(4 * np.abs(x)).astype(dtype)
    if kind == "counts":
        return counts, None
    y = 4 * numbers(np.arange(rows * columns, rows * columns + rows))
    for j in range(min(columns, SIGNALS)):
        y += (j + 1) * x[:, j]
    if kind != "number":
        k = int(kind.split()[1])
        y = sum((y > 8 * (c / k - 0.5)).astype(np.int64) for c in range(1, k))
        return counts if kind.startswith("counts") else x.astype(dtype), y
    return x.astype(dtype), y.astype(dtype)


def made(spec, patched={}):
    """The model of a text: steps of a pipeline stand between bars. patched: classes of another library by their names."""
    steps = [eval(step, globals(), patched) for step in spec.split(" | ")]
    return steps[0] if len(steps) == 1 else make_pipeline(*steps)


def said(model, x):
    says = next((getattr(model, m) for m in ("transform", "predict_proba", "predict", "score_samples") if hasattr(model, m)), None)
    kept = next((getattr(model, a) for a in ("embedding_", "negative_outlier_factor_") if hasattr(model, a)), None)
    if isinstance(model, NearestNeighbors):
        return model.kneighbors(x)[0]
    if says is None and kept is None:  # of clusters that only fit knows, for each row the first row of its cluster
        _, first, cluster = np.unique(model.labels_, return_index=True, return_inverse=True)
        return first[cluster]
    r = says(x) if not hasattr(model, "embedding_") and says else kept
    return r.toarray() if hasattr(r, "toarray") else r


def prepare(program, case):
    spec, method, kind, dtype, rows, columns, bound = case
    spec = spec.replace("n_jobs=2", f"n_jobs={program.threads}")
    head = f"{spec}|{method}|{kind}|{dtype}|{rows}|{columns}|"
    x, y = data(kind, TYPES[dtype], rows, columns)
    what, _, count = method.partition("@")
    asked = x[:int(count)] if count else x
    models = {"sklearn": made(spec)}
    if OTHERS and spec.partition("(")[0] in others.patched():
        models["sklearnex"] = made(spec, others.patched())
    for model in models.values():
        model.fit(x, y)
    good = program.agrees(head, fingerprint(said(models["sklearn"], asked)), allowed(spec, bound))
    one = x[:1]

    def call(model):
        theirs = getattr(model, "predict" if what == "serve" else what)
        return (lambda: theirs(x, y)) if "fit" in what else (lambda: theirs(one if what == "serve" else asked))

    peers = {name: call(model) for name, model in models.items()}
    return Case(head, f"{spec:36} {method:13} {kind:9} {dtype} {rows}x{columns:<4}", peers, good)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    known = [c for c in CASES if UMAP is not None or not c[0].startswith("UMAP")]
    sys.exit(table(prepare, known, lambda c, words: any(w in "|".join(map(str, c)) for w in words), f"scikit-learn {sklearn.__version__}",
                   76, 21))
