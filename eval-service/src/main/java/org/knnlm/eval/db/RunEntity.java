package org.knnlm.eval.db;

import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.OrderColumn;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.knnlm.eval.perplexity.Protocol;
import org.knnlm.eval.run.RunState;

/** A row of {@code run}, with its settings. */
@Entity
@Table(name = "run")
public class RunEntity {
  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  Long id;

  String name;

  @Enumerated(EnumType.STRING)
  Protocol protocol;

  String text;
  String format;

  @Column(name = "text_field")
  String textField;

  @Enumerated(EnumType.STRING)
  RunState state;

  int attempt = 1;

  String error;

  @Column(name = "created_at")
  Instant createdAt;

  @Column(name = "started_at")
  Instant startedAt;

  @Column(name = "finished_at")
  Instant finishedAt;

  @Column(name = "example_limit")
  Integer exampleLimit;

  Long repeats;

  @Embedded ProvenanceColumns provenance;

  @Embedded PlanColumns plan;

  @ElementCollection
  @CollectionTable(name = "retrieval_setting", joinColumns = @JoinColumn(name = "run_id"))
  @OrderColumn(name = "position")
  List<SettingColumns> settings = new ArrayList<>();
}
