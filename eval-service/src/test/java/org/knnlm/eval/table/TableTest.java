package org.knnlm.eval.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.knnlm.eval.Runs;
import org.knnlm.eval.perplexity.Protocol;
import org.knnlm.eval.perplexity.ScoredWindow;
import org.knnlm.eval.run.RunSpec;
import org.knnlm.eval.run.RunState;

class TableTest {
  private static final RunSpec SPEC = Runs.spec("=2+2", Protocol.WIKITEXT, Runs.EXACT, Runs.PROBED);
  private static final List<ScoredWindow> WINDOWS =
      List.of(
          new ScoredWindow(0, 0, 1024, 1023, List.of(3.0, 2.9, 10_000.0), 1),
          new ScoredWindow(1, 512, 600, 88, List.of(2.0, 2.1, 10_000.0), 1));

  @Test
  void theBaseModelIsTheFirstRowAndTheMeasure() {
    Table table = Table.of(Runs.run(RunState.DONE, 2, 1111, SPEC), WINDOWS);
    assertThat(table.rows())
        .extracting(Table.Row::label)
        .containsExactly("base", "wiki k=1024 λ=0.25 T=10 exact", "wiki k=64 λ=0.1 T=5.5 nprobe=8");
    assertThat(table.rows().get(0).perplexity().perplexity()).isEqualTo(Math.exp(2.5));
    assertThat(table.rows().get(0).differencePercent()).isZero();
    assertThat(table.rows().get(1).differencePercent()).isCloseTo(0, within(1e-9));
    assertThat(table.rows().get(2).differencePercent()).isInfinite();
  }

  @ParameterizedTest
  @EnumSource(
      value = RunState.class,
      names = {"DONE"},
      mode = EnumSource.Mode.EXCLUDE)
  void aRunThatIsNotDoneHasNoTable(RunState state) {
    assertThatThrownBy(() -> Table.of(Runs.run(state, 2, 1111, SPEC), WINDOWS))
        .isInstanceOf(UnfinishedRunException.class)
        .hasMessageContaining("run 7 is " + state + " with 2 of 2 windows: it has no table");
  }

  @Test
  void aTableWithAMissingWindowIsNone() {
    assertThatThrownBy(() -> Table.of(Runs.run(RunState.DONE, 3, 1111, SPEC), WINDOWS))
        .isInstanceOf(UnfinishedRunException.class)
        .hasMessageContaining("2 of 3 windows");
  }

  @Test
  void csvHasAHeaderAndALineForEachRow() {
    String csv = CsvTable.of(Table.of(Runs.run(RunState.DONE, 2, 1111, SPEC), WINDOWS));
    assertThat(csv.split("\r\n", -1))
        .hasSize(5)
        .endsWith("")
        .startsWith(
            "run,name,model,protocol,text,setting,datastore,k,temperature,lambda,nprobe,"
                + "exact_distances,oracle_rank,oracle_distance,loss,perplexity,word_perplexity,word_perplexity_uncut,"
                + "token_weighted_loss,token_weighted_perplexity,difference_percent");
    assertThat(csv.split("\r\n", -1)[1])
        .startsWith("7,'=2+2,tiny,wikitext,text.txt,base,,,,,,,,,2.5,12.18249396")
        .endsWith(",0.0");
    assertThat(csv.split("\r\n", -1)[2])
        .contains(",wiki k=1024 λ=0.25 T=10 exact,wiki,1024,10.0,0.25,,true,,,2.5,");
    assertThat(csv.split("\r\n", -1)[3]).contains(",8,false,,,10000.0,,,,10000.0,,");
  }

  @Test
  void anOracleIsPartOfTheName() {
    assertThat(Table.label(Runs.TOLD)).isEqualTo("wiki k=64 λ=0.1 T=5 oracle rank=1");
    assertThat(Table.label(Runs.TOLD_AT)).isEqualTo("wiki k=64 λ=0.1 T=5 oracle distance=0.5");
  }

  @Property
  void aCsvFieldIsReadBackAndIsNoFormula(@ForAll String text) {
    String field = Csv.text(text);
    String read =
        field.startsWith("\"")
            ? field.substring(1, field.length() - 1).replace("\"\"", "\"")
            : field;
    assertThat(read.startsWith("'") && !text.startsWith("'") ? read.substring(1) : read)
        .isEqualTo(text);
    assertThat(read).doesNotMatch("(?s)[=+\\-@\t\r\n].*");
    assertThat(field.startsWith("\"") || !field.matches("(?s).*[,\"\r\n].*")).isTrue();
  }

  @Test
  void textIsAligned() {
    var spec = Runs.spec("first try", Protocol.WIKITEXT, Runs.EXACT, Runs.PROBED);
    assertThat(TextTable.of(Table.of(Runs.run(RunState.DONE, 2, 1111, spec), WINDOWS)))
        .isEqualTo(
            """
            Run 7 "first try": tiny on text.txt (wikitext: 2 windows of 1,024 tokens, 1,111 tokens scored, 100 words)

            model                                 loss  perplexity  difference  token-weighted           word ppl
            base                                2.5000      12.182                      18.556  1184095135391.711
            wiki k=1024 λ=0.25 T=10 exact       2.5000      12.182     +0.00 %          17.058  1184095135391.711
            wiki k=64 λ=0.1 T=5.5 nprobe=8  10000.0000           ∞           ∞               ∞                  ∞
            """);
  }

  @Test
  void textOfBlocksTellsBothWordPerplexities() {
    var spec = Runs.spec("", Protocol.BLOCKS);
    String text = TextTable.of(Table.of(Runs.run(RunState.DONE, 2, 111, spec), WINDOWS));
    assertThat(text).startsWith("Run 7: tiny on text.txt (blocks: ");
    assertThat(text.lines().toList().get(2)).endsWith("word ppl  word ppl, uncut");
    assertThat(text.lines().toList().get(3))
        .endsWith("  %.3f           %.3f".formatted(Math.exp(2.5 * 1.11), Math.exp(2.5 * 1.12)));
  }
}
