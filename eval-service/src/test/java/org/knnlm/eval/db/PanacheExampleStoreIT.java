package org.knnlm.eval.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agroal.api.AgroalDataSource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.knnlm.eval.Runs;
import org.knnlm.eval.TaskRuns;
import org.knnlm.eval.TestDatabase;
import org.knnlm.eval.example.ExampleFilter;
import org.knnlm.eval.example.ExampleOrder;
import org.knnlm.eval.example.ExampleResult;
import org.knnlm.eval.example.ExampleState;
import org.knnlm.eval.example.ExampleStore;
import org.knnlm.eval.example.ExampleStore.Claim;
import org.knnlm.eval.example.ExampleStore.Evaluated;
import org.knnlm.eval.example.TaskPlan;
import org.knnlm.eval.example.TaskProgress;
import org.knnlm.eval.run.Run;
import org.knnlm.eval.run.RunSpec;
import org.knnlm.eval.run.RunState;
import org.knnlm.eval.run.RunStore;
import org.knnlm.eval.table.TaskTable;

@QuarkusTest
@QuarkusTestResource(TestDatabase.class)
class PanacheExampleStoreIT {
  private static final RunSpec SPEC =
      TaskRuns.spec(List.of("obqa", "bbh"), Runs.EXACT, Runs.PROBED);

  @Inject RunStore runs;
  @Inject ExampleStore store;
  @Inject AgroalDataSource dataSource;
  private Run run;

  @BeforeEach
  void start() throws SQLException {
    try (var connection = dataSource.getConnection();
        var statement = connection.createStatement()) {
      statement.execute("delete from run");
    }
    run = runs.create(SPEC, TaskRuns.provenance(SPEC), OptionalLong.empty());
    store.begin(
        run,
        List.of(
            TaskRuns.plan(4),
            new TaskPlan(
                List.of(new TaskPlan.Group("navigate", 0, 2), new TaskPlan.Group("snarks", 2, 3)),
                Optional.empty())));
  }

  private RunState state() {
    return runs.find(run.id()).orElseThrow().state();
  }

  private static List<Evaluated> right(int task, List<Integer> indices) {
    return indices.stream().map(i -> TaskRuns.done(SPEC, task, i, true, i == 0, true)).toList();
  }

  @Test
  void aRunIsKeptWithItsTasks() {
    Run found = runs.find(run.id()).orElseThrow();
    assertThat(found.spec()).isEqualTo(SPEC);
    assertThat(found.state()).isEqualTo(RunState.RUNNING);
    assertThat(store.unfinished()).extracting(Run::id).containsExactly(run.id());
    assertThat(runs.nextUnfinished()).as("not for the worker of texts").isEmpty();
    assertThat(store.progress(run.id()))
        .containsExactly(new TaskProgress("obqa", 4, 0, 0, 0), new TaskProgress("bbh", 3, 0, 0, 0));
    store.begin(run, List.of(TaskRuns.plan(9), TaskRuns.plan(9)));
    assertThat(store.progress(run.id()).getFirst().examples()).as("planned once").isEqualTo(4);
  }

  @Test
  void workersTakeWhatOthersHaveNot() throws Exception {
    List<Integer> first = new ArrayList<>();
    List<Integer> second = new ArrayList<>();
    Claim claim =
        store.next(
            run.id(),
            3,
            (task, indices) -> {
              first.addAll(indices);
              CompletableFuture.runAsync(
                      () -> {
                        assertThat(claim(3, (t, i) -> second.addAll(i) ? right(t, i) : List.of()))
                            .isEqualTo(Claim.EVALUATED);
                      })
                  .join();
              return right(task, indices);
            });
    assertThat(claim).isEqualTo(Claim.EVALUATED);
    assertThat(first).containsExactly(0, 1, 2);
    assertThat(second).as("the next batch, of one task alone").containsExactly(3);
    assertThat(store.progress(run.id()).getFirst()).isEqualTo(new TaskProgress("obqa", 4, 4, 0, 2));
  }

  @Test
  void batchesAreTheSameWhoeverClaims() throws Exception {
    store.next(
        run.id(),
        2,
        (task, indices) -> {
          assertThat(indices).containsExactly(0, 1);
          return List.of(
              TaskRuns.done(SPEC, task, 0, true, true, true), new Evaluated.Failed(1, "why"));
        });
    assertThat(store.retry(run.id())).isOne();
    store.next(
        run.id(),
        2,
        (task, indices) -> {
          assertThat(indices).as("what is retried").containsExactly(1);
          CompletableFuture.runAsync(
                  () ->
                      claim(
                          2,
                          (other, others) -> {
                            assertThat(others).containsExactly(2, 3);
                            return right(other, others);
                          }))
              .join();
          return right(task, indices);
        });
    assertThat(store.progress(run.id()).getFirst().done()).isEqualTo(4);
  }

  private Claim claim(ExampleStore.Work work) {
    return claim(10, work);
  }

  private Claim claim(int batch, ExampleStore.Work work) {
    try {
      return store.next(run.id(), batch, work);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatIsNotCommittedIsFreeAgain() {
    assertThatThrownBy(
            () ->
                claim(
                    (task, indices) -> {
                      throw new IllegalStateException("dies");
                    }))
        .hasMessageContaining("dies");
    assertThatThrownBy(
            () ->
                store.next(
                    run.id(),
                    1,
                    (task, indices) -> {
                      throw new InterruptedException();
                    }))
        .isInstanceOf(InterruptedException.class);
    assertThat(claim(PanacheExampleStoreIT::right)).isEqualTo(Claim.EVALUATED);
    assertThat(store.progress(run.id()).getFirst().done()).isEqualTo(4);
  }

  @Test
  void whatAllOthersHaveIsNotLeft() {
    claim(PanacheExampleStoreIT::right);
    claim(
        (task, indices) -> {
          assertThat(task).isEqualTo(1);
          assertThat(
                  CompletableFuture.supplyAsync(() -> claim(PanacheExampleStoreIT::right)).join())
              .isEqualTo(Claim.ALL_TAKEN);
          store.finish(run.id());
          return right(task, indices);
        });
    assertThat(state()).isEqualTo(RunState.RUNNING);
    assertThat(claim(PanacheExampleStoreIT::right)).isEqualTo(Claim.NONE_LEFT);
    store.finish(run.id());
    assertThat(state()).isEqualTo(RunState.DONE);
  }

  @Test
  void aCancelledRunKeepsNothingAndAPausedOneWhatWasUnderWay() {
    assertThat(
            claim(
                (task, indices) -> {
                  CompletableFuture.runAsync(() -> runs.pause(run.id())).join();
                  return right(task, indices);
                }))
        .isEqualTo(Claim.EVALUATED);
    assertThat(state()).isEqualTo(RunState.PAUSED);
    assertThat(store.unfinished()).isEmpty();
    assertThat(runs.resume(run.id()).orElseThrow().state()).isEqualTo(RunState.QUEUED);
    store.begin(run, List.of(TaskRuns.plan(4), TaskRuns.plan(3)));
    assertThat(
            claim(
                (task, indices) -> {
                  CompletableFuture.runAsync(() -> runs.cancel(run.id())).join();
                  return right(task, indices);
                }))
        .isEqualTo(Claim.STOPPED);
    assertThat(store.progress(run.id())).extracting(TaskProgress::done).containsExactly(4, 0);
  }

  @Test
  void failedExamplesAloneAreRetried() {
    claim(
        (task, indices) ->
            List.of(
                TaskRuns.done(SPEC, task, 0, true, true, true),
                new Evaluated.Failed(1, "too long \0"),
                new Evaluated.Failed(2, "too long"),
                TaskRuns.done(SPEC, task, 3, false, true, false)));
    claim(PanacheExampleStoreIT::right);
    store.finish(run.id());
    assertThat(state()).isEqualTo(RunState.DONE);
    assertThat(store.progress(run.id()).getFirst()).isEqualTo(new TaskProgress("obqa", 4, 2, 2, 1));
    assertThat(store.retry(run.id())).isEqualTo(2);
    assertThat(state()).isEqualTo(RunState.QUEUED);
    store.begin(run, List.of(TaskRuns.plan(4), TaskRuns.plan(3)));
    claim(
        (task, indices) -> {
          assertThat(indices).containsExactly(1, 2);
          return right(task, indices);
        });
    store.finish(run.id());
    assertThat(state()).isEqualTo(RunState.DONE);
    assertThat(store.retry(run.id())).isZero();
  }

  @Test
  void examplesAreFoundByWhatTheyCameTo() {
    claim(
        (task, indices) ->
            List.of(
                TaskRuns.done(SPEC, task, 0, true, true, false),
                TaskRuns.done(SPEC, task, 1, true, false, false),
                TaskRuns.done(SPEC, task, 2, false, true, false),
                new Evaluated.Failed(3, "why")));
    assertThat(find(ExampleFilter.ALL)).hasSize(7);
    assertThat(found("obqa", null, null, null)).containsExactly(0, 1, 2, 3);
    assertThat(found("obqa", ExampleState.FAILED, null, null)).containsExactly(3);
    assertThat(found("obqa", ExampleState.DONE, true, null)).containsExactly(0, 2);
    assertThat(found("obqa", ExampleState.DONE, null, true)).containsExactly(1, 2);
    assertThat(found("none", null, null, null)).isEmpty();
    ExampleResult first = find(ExampleFilter.ALL).getFirst();
    assertThat(first.prompt()).isEqualTo("asked \uFFFD");
    assertThat(first.outcomes())
        .isEqualTo(
            ((Evaluated.Done) TaskRuns.done(SPEC, 0, 0, true, true, false)).graded().outcomes());
    ExampleResult failed = find(ExampleFilter.ALL).get(3);
    assertThat(failed.error()).contains("why");
    assertThat(failed.outcomes()).isEmpty();
  }

  private List<Integer> found(String task, ExampleState state, Boolean correct, Boolean changed) {
    return find(
            new ExampleFilter(
                Optional.of(task),
                Optional.empty(),
                Optional.ofNullable(state),
                OptionalInt.of(1),
                Optional.ofNullable(correct),
                Optional.ofNullable(changed)))
        .stream()
        .map(ExampleResult::index)
        .toList();
  }

  private List<ExampleResult> find(ExampleFilter filter) {
    return store.examples(run, filter, ExampleOrder.OF_RUN, 0, 100).items();
  }

  @Test
  void theTableHasTheMeansOfExamplesAndOfSubTasks() {
    claim(
        (task, indices) ->
            List.of(
                TaskRuns.done(SPEC, task, 0, true, true, false),
                TaskRuns.done(SPEC, task, 1, true, false, false),
                TaskRuns.done(SPEC, task, 2, false, true, false),
                new Evaluated.Failed(3, "why")));
    claim(
        (task, indices) ->
            List.of(
                TaskRuns.done(SPEC, task, 0, true, false, true),
                TaskRuns.done(SPEC, task, 1, false, false, true),
                TaskRuns.done(SPEC, task, 2, true, false, true)));
    store.finish(run.id());
    TaskTable table = TaskTable.of(runs.find(run.id()).orElseThrow(), store);
    assertThat(table.rows()).hasSize(6);
    TaskTable.Row base = table.rows().getFirst();
    assertThat(base.metrics()).containsEntry("lm", 2 / 3.0).hasSize(5);
    assertThat(base.examples()).isEqualTo(3);
    assertThat(base.failed()).isEqualTo(1);
    assertThat(table.rows().get(2).metrics()).containsEntry("lm", 0.0);
    TaskTable.Row bbh = table.rows().get(3);
    assertThat(bbh.metrics()).containsEntry("acc", 0.75).containsEntry("acc_of_examples", 2 / 3.0);
    assertThat(bbh.groups()).containsEntry("navigate", 0.5).containsEntry("snarks", 1.0);
  }
}
