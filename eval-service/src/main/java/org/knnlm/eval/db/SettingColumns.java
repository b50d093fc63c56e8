package org.knnlm.eval.db;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;

/** Columns of {@code retrieval_setting}. */
@Embeddable
public class SettingColumns {
  String datastore;
  int k;
  float temperature;
  float lambda;
  Integer nprobe;

  @Column(name = "exact_distances")
  boolean exactDistances;

  @Column(name = "oracle_rank")
  Integer oracleRank;

  @Column(name = "oracle_distance")
  Float oracleDistance;

  @Column(name = "datastore_keys")
  Long datastoreKeys;

  @Column(name = "datastore_dimension")
  Integer datastoreDimension;

  @Column(name = "datastore_model_sha256")
  String datastoreModelSha256;

  @Column(name = "datastore_index")
  String datastoreIndex;

  @Column(name = "datastore_nprobe")
  Integer datastoreNprobe;

  @Column(name = "index_service_version")
  String indexServiceVersion;
}
