package org.knnlm.lm;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private final JavaClasses classes =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("org.knnlm.lm");

  @Test
  void theDomainKnowsNoFramework() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "org.knnlm.lm.grpc..", "org.knnlm.lm.config..", "org.knnlm.lm.telemetry..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.quarkus..",
            "io.grpc..",
            "io.smallrye..",
            "jakarta..",
            "org.jboss..",
            "org.knnlm.proto..",
            "org.knnlm.grpc..",
            "org.knnlm.lm.grpc..",
            "org.knnlm.lm.config..",
            "org.knnlm.lm.telemetry..")
        .check(classes);
  }

  @Test
  void onlyTelemetryKnowsMetersAndSpans() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.knnlm.lm.telemetry..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.micrometer..", "io.opentelemetry..")
        .check(classes);
  }

  @Test
  void onlyTransformersKnowTensors() {
    noClasses()
        .that()
        .resideOutsideOfPackages("org.knnlm.lm.transformer..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("ai.djl.ndarray..", "ai.djl.pytorch..")
        .check(classes);
  }

  @Test
  void anArchitectureKnowsNoOther() {
    slices()
        .matching("org.knnlm.lm.transformer.(*)..")
        .should()
        .notDependOnEachOther()
        .ignoreDependency(
            DescribedPredicate.alwaysTrue(), resideInAPackage("..transformer.decoder"))
        .check(classes);
    noClasses()
        .that()
        .resideInAPackage("org.knnlm.lm.transformer")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.knnlm.lm.transformer.*")
        .check(classes);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("org.knnlm.lm.(*)..").should().beFreeOfCycles().check(classes);
  }
}
