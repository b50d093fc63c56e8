package org.knnlm.eval.db;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;

/** Columns of {@code run} that say what its numbers depend on. */
@Embeddable
public class ProvenanceColumns {
  @Column(name = "text_sha256")
  String textSha256;

  @Column(name = "model_id")
  String modelId;

  @Column(name = "model_type")
  String modelType;

  @Column(name = "model_sha256")
  String modelSha256;

  @Column(name = "tokenizer_sha256")
  String tokenizerSha256;

  @Column(name = "model_datatype")
  String modelDatatype;

  @Column(name = "model_device")
  String modelDevice;

  @Column(name = "model_max_sequence_length")
  int modelMaxSequenceLength;

  @Column(name = "model_max_sequences")
  int modelMaxSequences;

  @Column(name = "lm_service_version")
  String lmServiceVersion;

  @Column(name = "service_version")
  String serviceVersion;

  @Column(name = "git_revision")
  String gitRevision;
}
