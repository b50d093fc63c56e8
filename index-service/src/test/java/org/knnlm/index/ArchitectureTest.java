package org.knnlm.index;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private final JavaClasses classes =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("org.knnlm.index");

  @Test
  void theDomainKnowsNoFramework() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "org.knnlm.index.grpc..", "org.knnlm.index.config..", "org.knnlm.index.telemetry..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.quarkus..",
            "io.grpc..",
            "io.smallrye..",
            "jakarta..",
            "org.knnlm.proto..",
            "org.knnlm.grpc..")
        .check(classes);
  }

  @Test
  void onlyTelemetryKnowsMetersAndSpans() {
    noClasses()
        .that()
        .resideOutsideOfPackage("org.knnlm.index.telemetry..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.micrometer..", "io.opentelemetry..")
        .check(classes);
  }

  @Test
  void onlyTheFaissModuleKnowsJavaCpp() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.bytedeco..", "org.knnlm.faiss.jni..")
        .check(classes);
  }
}
