package org.knnlm.eval;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final String[] DOMAIN = {
    "org.knnlm.eval.analysis..",
    "org.knnlm.eval.comparison..",
    "org.knnlm.eval.digest..",
    "org.knnlm.eval.example..",
    "org.knnlm.eval.lm..",
    "org.knnlm.eval.perplexity..",
    "org.knnlm.eval.run..",
    "org.knnlm.eval.statistics..",
    "org.knnlm.eval.table..",
    "org.knnlm.eval.task.."
  };
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("org.knnlm.eval");

  @Test
  void theDomainKnowsNeitherQuarkusNorGrpcNorJpa() {
    noClasses()
        .that()
        .resideInAnyPackage(DOMAIN)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.quarkus..",
            "io.grpc..",
            "io.smallrye..",
            "jakarta..",
            "java.sql..",
            "org.hibernate..",
            "org.knnlm.proto..",
            "org.knnlm.grpc..")
        .check(CLASSES);
  }

  @Test
  void theDomainDoesNotKnowItsEdges() {
    noClasses()
        .that()
        .resideInAnyPackage(DOMAIN)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.knnlm.eval",
            "org.knnlm.eval.data..",
            "org.knnlm.eval.db..",
            "org.knnlm.eval.grpc..",
            "org.knnlm.eval.postgres..",
            "org.knnlm.eval.rest..",
            "org.knnlm.eval.telemetry..")
        .check(CLASSES);
  }

  @Test
  void onlyTelemetryKnowsMetersAndSpans() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.knnlm.eval.telemetry..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.micrometer..", "io.opentelemetry..")
        .check(CLASSES);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("org.knnlm.eval.(*)..").should().beFreeOfCycles().check(CLASSES);
  }
}
