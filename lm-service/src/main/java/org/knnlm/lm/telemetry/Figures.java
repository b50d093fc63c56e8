package org.knnlm.lm.telemetry;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.function.ToDoubleFunction;
import org.knnlm.lm.LanguageModel;
import org.knnlm.lm.batch.Budget;
import org.knnlm.lm.batch.ModelQueue;
import org.knnlm.lm.batch.PrefixCache;

/** The figures of the model's parts, read when somebody asks for metrics. */
@Singleton
final class Figures {
  private final MeterRegistry registry;

  Figures(MeterRegistry registry) {
    this.registry = registry;
  }

  void publish(@Observes StartupEvent started, LanguageModel model, Budget calls) {
    ModelQueue queue = model.queue();
    gauge("queue.length", "Works that wait for the model", queue, ModelQueue::length);
    counter("passes", "Passes of the model", queue, ModelQueue::passes);
    counter("pass.tokens", "Tokens of all passes", queue, ModelQueue::passTokens);

    PrefixCache prefixes = model.prefixes();
    bytes("prefix.cache", "Keys and values of prompts seen before", prefixes, PrefixCache::bytes);
    bytes("prefix.cache.max", "Room for them", prefixes, PrefixCache::maxBytes);
    counter(
        "prefix.cache.reused.tokens",
        "Tokens that were not computed again",
        prefixes,
        PrefixCache::reusedTokens);

    Budget generation = model.generation();
    bytes("generation.cache", "Promised to continuations under way", generation, Budget::held);
    bytes("generation.cache.max", "Room for them", generation, Budget::most);

    gauge("calls.in.flight", "Calls that are being answered", calls, Budget::held);
    gauge("calls.max", "Calls that are answered at a time", calls, Budget::most);
    refused("calls", calls);
    refused("generation_cache", generation);
  }

  private <T> void gauge(String name, String description, T part, ToDoubleFunction<T> figure) {
    Gauge.builder("knnlm.lm." + name, part, figure).description(description).register(registry);
  }

  private <T> void bytes(String name, String description, T part, ToDoubleFunction<T> figure) {
    Gauge.builder("knnlm.lm." + name, part, figure)
        .description(description)
        .baseUnit(BaseUnits.BYTES)
        .register(registry);
  }

  private <T> void counter(String name, String description, T part, ToDoubleFunction<T> figure) {
    FunctionCounter.builder("knnlm.lm." + name, part, figure)
        .description(description)
        .register(registry);
  }

  private void refused(String lacking, Budget budget) {
    FunctionCounter.builder("knnlm.lm.calls.refused", budget, Budget::refused)
        .description("Calls that were told RESOURCE_EXHAUSTED")
        .tag("lacking", lacking)
        .register(registry);
  }
}
