package org.knnlm.lm.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.knnlm.lm.Architectures;
import org.knnlm.lm.Fixtures;
import org.knnlm.lm.model.ModelDirectory;
import org.knnlm.lm.transformer.KvCache;
import org.knnlm.lm.transformer.Transformer;

class PrefixCacheTest {
  private Transformer model;

  @BeforeAll
  static void configure() {
    Fixtures.configureTorch();
  }

  @BeforeEach
  void load() {
    model = Architectures.load(new ModelDirectory(Fixtures.llama("gqa")), Fixtures.options());
  }

  @AfterEach
  void close() {
    model.close();
  }

  private static int[] tokens(int first, int count) {
    return IntStream.range(first, first + count).toArray();
  }

  /** Puts a prompt; the cache alone holds its memory then. */
  private KvCache put(PrefixCache prefixes, int[] tokenIds) {
    KvCache cache = model.newCache(tokenIds.length);
    prefixes.put(tokenIds, cache);
    cache.release();
    return cache;
  }

  @Test
  void findsTheLongestCommonBeginning() {
    var prefixes = new PrefixCache(1 << 20);
    put(prefixes, tokens(0, 30));
    int[] other = tokens(0, 30);
    other[20] = 95;
    KvCache both = put(prefixes, other);
    assertThat(prefixes.longest(tokens(0, 25)).orElseThrow().length()).isEqualTo(25);
    int[] asked = tokens(0, 40);
    asked[20] = 95;
    PrefixCache.Match match = prefixes.longest(asked).orElseThrow();
    assertThat(match.cache()).isSameAs(both);
    assertThat(match.length()).isEqualTo(30);
    assertThat(prefixes.longest(tokens(1, 30))).isEmpty();
    assertThat(prefixes.longest(tokens(0, PrefixCache.LEAST_TOKENS - 1))).isEmpty();
  }

  @Test
  void aLongerPromptTakesThePlaceOfItsBeginning() {
    var prefixes = new PrefixCache(1 << 20);
    KvCache shorter = put(prefixes, tokens(0, 20));
    put(prefixes, tokens(0, 30));
    assertThat(prefixes.bytes()).isEqualTo(model.cacheBytes(30));
    assertThatThrownBy(shorter::retain).hasMessage("the cache is freed");
  }

  @Test
  void whatWasUsedLongestAgoGoesFirstAndMemoryIsBounded() {
    var prefixes = new PrefixCache(3 * model.cacheBytes(20) + 1);
    List<KvCache> caches =
        List.of(1, 2, 3).stream().map(i -> put(prefixes, tokens(i, 20))).toList();
    prefixes.longest(tokens(1, 20));
    put(prefixes, tokens(40, 20));
    assertThat(prefixes.bytes()).isEqualTo(3 * model.cacheBytes(20));
    assertThat(prefixes.longest(tokens(2, 20))).isEmpty();
    assertThat(prefixes.longest(tokens(1, 20)).orElseThrow().cache()).isSameAs(caches.get(0));
    put(prefixes, tokens(0, 64));
    assertThat(prefixes.bytes()).isLessThanOrEqualTo(prefixes.maxBytes());
  }

  @Test
  void whatIsInUseIsFreedByItsLastHolder() {
    var prefixes = new PrefixCache(model.cacheBytes(20));
    KvCache used = put(prefixes, tokens(0, 20)).retain();
    put(prefixes, tokens(40, 20));
    used.retain().release();
    used.release();
    assertThatThrownBy(used::release).hasMessage("the cache is freed already");
  }

  @Test
  void nothingIsKeptWithoutMemory() {
    var prefixes = new PrefixCache(0);
    put(prefixes, tokens(0, 20));
    assertThat(prefixes.longest(tokens(0, 20))).isEmpty();
    assertThat(prefixes.bytes()).isZero();
  }
}
