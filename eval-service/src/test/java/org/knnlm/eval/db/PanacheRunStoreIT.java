package org.knnlm.eval.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.knnlm.corpus.CorpusFormat;
import org.knnlm.eval.HeldRuns;
import org.knnlm.eval.Runs;
import org.knnlm.eval.TestDatabase;
import org.knnlm.eval.analysis.Part;
import org.knnlm.eval.analysis.TokenStore;
import org.knnlm.eval.lm.Scores;
import org.knnlm.eval.perplexity.Protocol;
import org.knnlm.eval.perplexity.ScoredWindow;
import org.knnlm.eval.perplexity.TextCounts;
import org.knnlm.eval.perplexity.WindowTokens;
import org.knnlm.eval.run.Page;
import org.knnlm.eval.run.Plan;
import org.knnlm.eval.run.Progress;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunSpec;
import org.knnlm.eval.run.RunState;
import org.knnlm.eval.run.RunStore;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class PanacheRunStoreIT {
  private static final Plan PLAN = new Plan(1024, 512, 3, new TextCounts(2000, 1999, 1500));

  @Inject RunStore store;
  @Inject TokenStore windowTokens;
  @Inject HeldRuns held;
  @Inject AgroalDataSource dataSource;

  @BeforeEach
  void start() throws Exception {
    held.hold();
    try (var connection = dataSource.getConnection();
        var statement = connection.createStatement()) {
      statement.execute("delete from run");
    }
  }

  @AfterEach
  void end() throws InterruptedException {
    held.release();
  }

  @Test
  void aRunComesBackAsItWasAskedFor() {
    var spec =
        new RunSpec(
            "näme",
            Protocol.BLOCKS,
            "a/b.jsonl",
            new CorpusFormat.Jsonl("body"),
            List.of(Runs.EXACT, Runs.PROBED, Runs.TOLD, Runs.TOLD_AT));
    Run created = store.create(spec, Runs.provenance(spec), OptionalLong.empty());
    assertThat(created.spec()).isEqualTo(spec);
    assertThat(created.provenance()).isEqualTo(Runs.provenance(spec));
    assertThat(created.state()).isEqualTo(RunState.QUEUED);
    assertThat(created.plan()).isEmpty();
    assertThat(created.startedAt()).isEmpty();
    assertThat(store.find(created.id())).contains(created);
    assertThat(store.find(created.id() + 1)).isEmpty();
  }

  @Test
  void windowsComeBackInOrderWithTheVeryNumbers() {
    long id = running().id();
    var second = new ScoredWindow(1, 512, 1024, 512, List.of(Math.PI, 1e-17, 10_000.0), 2.5);
    var first = new ScoredWindow(0, 0, 1024, 1023, List.of(0.1 + 0.2, 3.0, 5.0), 1.5);
    assertThat(Runs.keep(store, id, second)).isTrue();
    assertThat(Runs.keep(store, id, first)).isTrue();
    assertThat(store.windows(id)).containsExactly(first, second);
    assertThat(store.windows(id, 1, 1)).isEqualTo(new Page<>(List.of(second), 1, 1, 2));
    assertThat(store.windowsDone(id)).isEqualTo(BitSet.valueOf(new long[] {0b11}));
    assertThat(store.work(id)).isEqualTo(new Progress.Work(2, 1535, 4.0));
  }

  @Test
  void tokensComeBackInOrderWithTheVeryNumbers() {
    Run run = running();
    var scores =
        new Scores(
            new float[] {-0.1f, -Float.MIN_VALUE},
            List.of(new float[] {-10_000, 0}, new float[] {-1, -2}));
    var tokens = new WindowTokens(new int[] {1, 128_000, 0, Integer.MAX_VALUE}, scores);
    store.add(run.id(), new ScoredWindow(1, 512, 4, 2, List.of(1.0, 2.0, 3.0), 1), tokens);
    Runs.keep(store, run.id(), new ScoredWindow(0, 0, 3, 2, List.of(1.0, 2.0, 3.0), 1));
    var part = new Part(run, 0);
    assertThat(windowTokens.count(part)).isEqualTo(2);
    assertThat(windowTokens.find(part, 2)).isEmpty();
    WindowTokens found = windowTokens.find(part, 1).orElseThrow();
    assertThat(found.tokens()).isEqualTo(tokens.tokens());
    assertThat(found.scores().base()).isEqualTo(scores.base());
    assertThat(found.scores().retrievals()).containsExactlyElementsOf(scores.retrievals());
    assertThat(windowTokens.windows(part, 0, 10))
        .extracting(TokenStore.Numbered::window)
        .containsExactly(0, 1);
    assertThat(windowTokens.windows(part, 1, 1))
        .extracting(TokenStore.Numbered::window)
        .containsExactly(1);
  }

  @Test
  void aWindowIsKeptOnce() {
    long id = running().id();
    Runs.keep(store, id, window(0));
    assertThatThrownBy(() -> Runs.keep(store, id, window(0))).isInstanceOf(RuntimeException.class);
    assertThat(store.windows(id)).containsExactly(window(0));
  }

  @Test
  void aRunGoesThroughItsStatesAndStaysInTheLast() {
    Run run = running();
    assertThat(run.state()).isEqualTo(RunState.RUNNING);
    assertThat(run.startedAt()).isPresent();
    assertThat(run.plan()).contains(PLAN);
    store.finish(run.id());
    Run done = store.find(run.id()).orElseThrow();
    assertThat(done.state()).isEqualTo(RunState.DONE);
    assertThat(done.finishedAt()).isPresent();

    store.begin(run.id());
    store.fail(run, "late");
    store.cancel(run.id());
    assertThat(store.find(run.id())).contains(done);
    assertThat(Runs.keep(store, run.id(), window(0))).isFalse();
    assertThat(store.windows(run.id())).isEmpty();
  }

  @Test
  void aFailureKeepsItsReason() {
    Run run = running();
    store.fail(run, "lm-service does not answer");
    Run failed = store.find(run.id()).orElseThrow();
    assertThat(failed.state()).isEqualTo(RunState.FAILED);
    assertThat(failed.error()).contains("lm-service does not answer");
  }

  /** A worker that waited in a black hole failed a run that had been resumed since. */
  @Test
  void aFailureOfAnEarlierAttemptDoesNotEndTheNext() {
    Run first = running();
    store.fail(first, "lm-service does not answer");
    Run second = store.resume(first.id()).orElseThrow();
    assertThat(second.attempt()).isEqualTo(2);
    store.fail(first, "lm-service does not answer");
    assertThat(store.find(first.id())).contains(second);
    store.fail(second, "it does not answer again");
    assertThat(store.find(first.id()).orElseThrow().error()).contains("it does not answer again");
  }

  @Test
  void aCancelledRunTakesNoMoreWindows() {
    long id = running().id();
    Runs.keep(store, id, window(0));
    assertThat(store.cancel(id).orElseThrow().state()).isEqualTo(RunState.CANCELLED);
    assertThat(Runs.keep(store, id, window(1))).isFalse();
    store.finish(id);
    assertThat(store.find(id).orElseThrow().state()).isEqualTo(RunState.CANCELLED);
    assertThat(store.windows(id)).containsExactly(window(0));
    assertThat(store.cancel(-1)).isEmpty();
  }

  @Test
  void unfinishedRunsAreTakenUpInTheirOrder() {
    Run first = create();
    Run second = create();
    Run third = create();
    assertThat(store.nextUnfinished()).map(Run::id).contains(first.id());
    store.begin(first.id());
    assertThat(store.nextUnfinished()).map(Run::id).contains(first.id());
    store.fail(first, "reason");
    store.cancel(second.id());
    assertThat(store.nextUnfinished()).map(Run::id).contains(third.id());
    store.cancel(third.id());
    assertThat(store.nextUnfinished()).isEmpty();
    Page<Long> newest = store.list(0, 2).map(Run::id);
    assertThat(newest).isEqualTo(new Page<>(List.of(third.id(), second.id()), 0, 2, 3));
    assertThat(store.list(1, 2).map(Run::id).items()).containsExactly(first.id());
  }

  @Test
  void theDatabaseItselfRefusesWhatCannotBe() throws SQLException {
    long id = create().id();
    for (String nonsense :
        List.of(
            "update run set state = 'FAILED' where id = " + id,
            "update run set state = 'DONE' where id = " + id,
            "update run set windows = 3 where id = " + id,
            "update retrieval_setting set lambda = 1.5 where run_id = " + id,
            "update retrieval_setting set temperature = 0 where run_id = " + id)) {
      try (var connection = dataSource.getConnection();
          var statement = connection.createStatement()) {
        assertThatThrownBy(() -> statement.execute(nonsense)).hasMessageContaining("check");
      }
    }
  }

  @Test
  void everyTableSaysWhatItIs() throws SQLException {
    try (var connection = dataSource.getConnection();
        var statement = connection.createStatement();
        var result =
            statement.executeQuery(
                "select string_agg(relname, ' ' order by relname) from pg_class where relkind = 'r'"
                    + " and relnamespace = 'public'::regnamespace and obj_description(oid) is not"
                    + " null")) {
      result.next();
      assertThat(result.getString(1))
          .isEqualTo("example retrieval_setting run run_task scored_window window_tokens");
    }
  }

  private Run create() {
    RunSpec spec = Runs.spec("", Protocol.WIKITEXT, Runs.EXACT, Runs.PROBED);
    return store.create(spec, Runs.provenance(spec), OptionalLong.empty());
  }

  private Run running() {
    long id = create().id();
    store.begin(id);
    store.plan(id, PLAN);
    return Optional.of(id).flatMap(store::find).orElseThrow();
  }

  private static ScoredWindow window(int index) {
    return new ScoredWindow(index, 512L * index, 1024, 512, List.of(1.0, 2.0, 3.0), 1);
  }
}
