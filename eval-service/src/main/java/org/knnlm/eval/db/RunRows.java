package org.knnlm.eval.db;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.knnlm.corpus.CorpusFormat;
import org.knnlm.eval.lm.DatastoreInfo;
import org.knnlm.eval.lm.ModelInfo;
import org.knnlm.eval.lm.Oracle;
import org.knnlm.eval.lm.Retrieval;
import org.knnlm.eval.perplexity.TextCounts;
import org.knnlm.eval.run.Plan;
import org.knnlm.eval.run.Provenance;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunSpec;
import org.knnlm.eval.run.Subject;

/** Runs to rows and back. */
final class RunRows {
  private static final String JSONL = "jsonl";
  private static final String LINES = "lines";

  private RunRows() {}

  /** A row without state and times. */
  static RunEntity row(RunSpec spec, Provenance provenance) {
    var row = new RunEntity();
    row.name = spec.name();
    switch (spec.subject()) {
      case Subject.Text text -> textColumns(row, text);
      case Subject.Tasks tasks ->
          row.exampleLimit = tasks.limit().isPresent() ? tasks.limit().getAsInt() : null;
    }
    row.provenance = provenanceColumns(provenance);
    for (int i = 0; i < spec.settings().size(); i++) {
      row.settings.add(settingColumns(spec.settings().get(i), provenance.datastores().get(i)));
    }
    return row;
  }

  private static void textColumns(RunEntity row, Subject.Text text) {
    row.protocol = text.protocol();
    row.text = text.file();
    switch (text.format()) {
      case CorpusFormat.Jsonl(String textField) -> {
        row.format = JSONL;
        row.textField = textField;
      }
      case CorpusFormat.Lines() -> row.format = LINES;
    }
  }

  private static ProvenanceColumns provenanceColumns(Provenance provenance) {
    ModelInfo model = provenance.model();
    var columns = new ProvenanceColumns();
    columns.textSha256 = provenance.textSha256().isEmpty() ? null : provenance.textSha256();
    columns.modelId = model.id();
    columns.modelType = model.type();
    columns.modelSha256 = model.sha256();
    columns.tokenizerSha256 = model.tokenizerSha256();
    columns.modelDatatype = model.datatype();
    columns.modelDevice = model.device();
    columns.modelMaxSequenceLength = model.maxSequenceLength();
    columns.modelMaxSequences = model.maxSequences();
    columns.lmServiceVersion = model.serviceVersion();
    columns.serviceVersion = provenance.serviceVersion();
    columns.gitRevision = provenance.gitRevision();
    return columns;
  }

  private static SettingColumns settingColumns(
      Retrieval retrieval, Optional<DatastoreInfo> datastore) {
    var columns = new SettingColumns();
    columns.datastore = retrieval.datastore();
    columns.k = retrieval.k();
    columns.temperature = retrieval.temperature();
    columns.lambda = retrieval.lambda();
    retrieval.nprobe().ifPresent(nprobe -> columns.nprobe = nprobe);
    columns.exactDistances = retrieval.exactDistances();
    switch (retrieval.oracle().orElse(null)) {
      case Oracle.Rank(int rank) -> columns.oracleRank = rank;
      case Oracle.Distance(float distance) -> columns.oracleDistance = distance;
      case null -> {}
    }
    datastore.ifPresent(
        info -> {
          columns.datastoreKeys = info.keys();
          columns.datastoreDimension = info.dimension();
          columns.datastoreModelSha256 = info.modelSha256();
          columns.datastoreIndex = info.index();
          columns.datastoreNprobe = info.nprobe();
          columns.indexServiceVersion = info.serviceVersion();
        });
    return columns;
  }

  static PlanColumns planColumns(Plan plan) {
    var columns = new PlanColumns();
    columns.blockSize = plan.blockSize();
    columns.stride = plan.stride();
    columns.windows = plan.windows();
    columns.tokens = plan.counts().tokens();
    columns.scoredTokens = plan.counts().scoredTokens();
    columns.words = plan.counts().words();
    return columns;
  }

  static Run run(RunEntity row, List<RunTaskEntity> tasks) {
    var spec =
        new RunSpec(
            row.name,
            row.protocol == null ? tasks(row, tasks) : text(row),
            row.settings.stream().map(RunRows::retrieval).toList());
    return new Run(
        row.id,
        spec,
        provenance(row),
        row.state,
        row.attempt,
        row.repeats == null ? OptionalLong.empty() : OptionalLong.of(row.repeats),
        Optional.ofNullable(row.plan).map(RunRows::plan),
        Optional.ofNullable(row.error),
        row.createdAt,
        Optional.ofNullable(row.startedAt),
        Optional.ofNullable(row.finishedAt));
  }

  private static Subject text(RunEntity row) {
    return new Subject.Text(
        row.protocol,
        row.text,
        row.format.equals(JSONL)
            ? new CorpusFormat.Jsonl(row.textField)
            : new CorpusFormat.Lines());
  }

  private static Subject tasks(RunEntity row, List<RunTaskEntity> tasks) {
    return new Subject.Tasks(
        tasks.stream().map(RunTaskEntity::toDomain).toList(),
        row.exampleLimit == null ? OptionalInt.empty() : OptionalInt.of(row.exampleLimit));
  }

  private static Provenance provenance(RunEntity row) {
    ProvenanceColumns columns = row.provenance;
    var model =
        new ModelInfo(
            columns.modelId,
            columns.modelType,
            columns.modelSha256,
            columns.tokenizerSha256,
            columns.modelDatatype,
            columns.modelDevice,
            columns.modelMaxSequenceLength,
            columns.modelMaxSequences,
            columns.lmServiceVersion);
    List<Optional<DatastoreInfo>> datastores =
        row.settings.stream().map(RunRows::datastore).toList();
    return new Provenance(
        model,
        Objects.requireNonNullElse(columns.textSha256, ""),
        datastores,
        columns.serviceVersion,
        columns.gitRevision);
  }

  private static Retrieval retrieval(SettingColumns columns) {
    return new Retrieval(
        columns.datastore,
        columns.k,
        columns.temperature,
        columns.lambda,
        columns.nprobe == null ? OptionalInt.empty() : OptionalInt.of(columns.nprobe),
        columns.exactDistances,
        oracle(columns));
  }

  private static Optional<Oracle> oracle(SettingColumns columns) {
    if (columns.oracleRank != null) {
      return Optional.of(new Oracle.Rank(columns.oracleRank));
    }
    return Optional.ofNullable(columns.oracleDistance).map(Oracle.Distance::new);
  }

  private static Optional<DatastoreInfo> datastore(SettingColumns columns) {
    return columns.datastoreKeys == null
        ? Optional.empty()
        : Optional.of(
            new DatastoreInfo(
                columns.datastoreKeys,
                columns.datastoreDimension,
                columns.datastoreModelSha256,
                columns.datastoreIndex,
                columns.datastoreNprobe,
                columns.indexServiceVersion));
  }

  private static Plan plan(PlanColumns columns) {
    return new Plan(
        columns.blockSize,
        columns.stride,
        columns.windows,
        new TextCounts(columns.tokens, columns.scoredTokens, columns.words));
  }
}
