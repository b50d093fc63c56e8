package org.knnlm.eval.db;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.knnlm.eval.run.Subject;
import org.knnlm.eval.task.DataFile;

/** A row of {@code run_task}. */
@Entity
@Table(name = "run_task")
public class RunTaskEntity {
  /** The primary key. */
  @Embeddable
  public record Key(@Column(name = "run_id") long run, @Column(name = "position") int position)
      implements Serializable {}

  @EmbeddedId Key key;

  String name;
  int version;
  String kind;
  String definition;

  @Column(columnDefinition = "text[]")
  List<String> metrics;

  @Column(columnDefinition = "text[]")
  List<String> files;

  @Column(name = "files_sha256", columnDefinition = "text[]")
  List<String> filesSha256;

  Integer examples;
  Long tokens;

  @Column(name = "scored_tokens")
  Long scoredTokens;

  Long words;

  static RunTaskEntity of(long run, int position, Subject.TaskOfRun task) {
    var entity = new RunTaskEntity();
    entity.key = new Key(run, position);
    entity.name = task.name();
    entity.version = task.version();
    entity.kind = task.kind();
    entity.definition = task.definition();
    entity.metrics = task.metrics();
    entity.files = task.files().stream().map(DataFile::path).toList();
    entity.filesSha256 = task.files().stream().map(DataFile::sha256).toList();
    return entity;
  }

  Subject.TaskOfRun toDomain() {
    List<DataFile> read = new ArrayList<>();
    for (int i = 0; i < files.size(); i++) {
      read.add(new DataFile(files.get(i), filesSha256.get(i)));
    }
    return new Subject.TaskOfRun(name, version, kind, List.copyOf(metrics), definition, read);
  }
}
