package org.knnlm.embedder;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final String[] DOMAIN = {
    "org.knnlm.embedder.model..",
    "org.knnlm.embedder.source..",
    "org.knnlm.embedder.embedding..",
    "org.knnlm.embedder.job..",
    "org.knnlm.corpus..",
    "org.knnlm.datastore.."
  };

  private final JavaClasses classes =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("org.knnlm.embedder", "org.knnlm.corpus", "org.knnlm.datastore");

  @Test
  void theDomainKnowsNoFramework() {
    noClasses()
        .that()
        .resideInAnyPackage(DOMAIN)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.quarkus..",
            "io.grpc..",
            "com.google.protobuf..",
            "jakarta..",
            "picocli..",
            "org.knnlm.proto..",
            "org.knnlm.grpc..",
            "org.knnlm.embedder.grpc..",
            "org.knnlm.embedder.cli..",
            "org.knnlm.embedder.config..",
            "org.knnlm.embedder.telemetry..")
        .check(classes);
  }

  @Test
  void onlyTelemetryKnowsMetersAndSpans() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.knnlm.embedder.telemetry..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.micrometer..", "io.opentelemetry..")
        .check(classes);
  }

  @Test
  void embeddingKnowsNoJobs() {
    noClasses()
        .that()
        .resideInAnyPackage("org.knnlm.embedder.model..", "org.knnlm.embedder.embedding..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.knnlm.embedder.job..")
        .check(classes);
  }
}
