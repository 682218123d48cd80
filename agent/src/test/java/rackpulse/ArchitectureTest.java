package rackpulse;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import rackpulse.bus.Line;

/// The package table and the conventions that can be seen in class files.
class ArchitectureTest {
  private static final String ROOT = "rackpulse";

  /// Function codes that change a device, by the names they have in the specification.
  private static final Pattern MODBUS_WRITE =
      Pattern.compile("(?i).*(write|preset|force|mask).*(register|coil|file).*");

  private static final Set<String> VAGUE_EXCEPTIONS =
      Set.of("java.lang.RuntimeException", "java.lang.Exception", "java.lang.Throwable");

  private static JavaClasses classes;

  @BeforeAll
  static void importClasses() {
    classes =
        new ClassFileImporter()
            .importUrl(Main.class.getProtectionDomain().getCodeSource().getLocation());
    assertFalse(classes.isEmpty());
  }

  @Test
  void everyPackageIsInTheTable() {
    Set<String> unknown = new TreeSet<>();
    classes.forEach(type -> unknown.add(packageOf(type)));
    unknown.removeAll(PackageTable.ROWS.keySet());
    assertEquals(Set.of(), unknown);
  }

  @Test
  void packagesUseOnlyWhatTheTableAllows() {
    List<String> violations =
        dependencies()
            .filter(dependency -> isOurs(dependency.getTargetClass()))
            .filter(dependency -> !mayUse(dependency))
            .map(Dependency::getDescription)
            .toList();
    assertNone(violations);
  }

  @Test
  void packagesHaveNoCycles() {
    slices()
        .matching(ROOT + ".(*)..")
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true)
        .check(classes);
  }

  @Test
  void whatHasOnePlaceStaysThere() {
    Set<String> violations = new TreeSet<>();
    for (JavaClass type : classes) {
      Set<String> touched = touchedBy(type);
      for (OnlyPlace rule : OnlyPlace.ALL) {
        touched.stream()
            .filter(name -> rule.forbids(packageOf(type), topLevelNameOf(type), name))
            .map(name -> type.getName() + " uses " + name + ": no place for " + rule.what())
            .forEach(violations::add);
      }
    }
    assertNone(violations);
  }

  @Test
  void signalsAreNamedOnlyInTheRootPackage() throws IOException {
    List<String> violations =
        Sources.javaUnder(Sources.MAIN).stream()
            .filter(file -> !file.path().startsWith("agent/src/main/java/rackpulse/Signals"))
            .filter(file -> file.text().contains("sun." + "misc"))
            .map(Sources.File::path)
            .toList();
    assertNone(violations);
  }

  @Test
  void packageInfosAreNullMarkedAndBeginWithTheirRow() throws IOException {
    Set<String> violations = new TreeSet<>();
    for (String name : classes.stream().map(ArchitectureTest::packageOf).toList()) {
      PackageTable.Row row = PackageTable.ROWS.get(name);
      Path file = Sources.MAIN.resolve(ROOT).resolve(name.equals(ROOT) ? "" : name);
      file = file.resolve("package-info.java");
      if (!Files.exists(file)) {
        violations.add(name + " has no package-info.java");
        continue;
      }
      String text = Files.readString(file);
      String javadoc =
          text.lines()
              .takeWhile(line -> line.startsWith("///"))
              .map(line -> line.substring(3).strip())
              .collect(Collectors.joining(" "));
      if (row != null && !javadoc.startsWith(row.sentence())) {
        violations.add(name + ": package-info must begin with: " + row.sentence());
      }
      if (!text.contains("@NullMarked\npackage")) {
        violations.add(name + ": package-info is not @NullMarked");
      }
    }
    assertNone(violations);
  }

  @Test
  void failuresHaveAType() {
    List<String> violations =
        classes.stream()
            .flatMap(type -> type.getConstructorCallsFromSelf().stream())
            .filter(call -> VAGUE_EXCEPTIONS.contains(call.getTargetOwner().getName()))
            .filter(call -> !isSuperCall(call))
            .map(JavaConstructorCall::getDescription)
            .toList();
    assertNone(violations);
  }

  @Test
  void noTypeOrMethodWritesToAModbusDevice() {
    Set<String> violations = new TreeSet<>();
    classes.stream()
        .filter(type -> Set.of("bus", "modbus", "sensor").contains(packageOf(type)))
        .flatMap(type ->
            Stream.concat(
                Stream.of(type.getSimpleName()),
                type.getMembers().stream().map(member -> member.getName())))
        .filter(name -> MODBUS_WRITE.matcher(name).matches())
        .forEach(violations::add);
    assertNone(violations);
  }

  /// What goes to a device over a line was encoded by a request, which knows no function that
  /// writes (`RequestTest`): only the masters hand bytes to lines, and only requests make them.
  @Test
  void onlyMastersSendToModbusDevicesAndOnlyWhatARequestEncodes() {
    Set<String> senders = new TreeSet<>();
    Set<String> encoders = new TreeSet<>();
    for (JavaClass type : classes) {
      for (JavaMethodCall call : type.getMethodCallsFromSelf()) {
        String target = call.getTargetOwner().getSimpleName() + "." + call.getName();
        if (call.getTargetOwner().isAssignableTo(Line.class) && call.getName().equals("write")) {
          senders.add(topLevelNameOf(type));
        } else if (target.equals("Request.encode")) {
          encoders.add(topLevelNameOf(type));
        }
      }
    }
    // the tape passes on what it is given
    assertEquals(Set.of("modbus.RtuMaster", "modbus.TcpMaster", "recorder.TapedLine"), senders);
    assertEquals(Set.of("modbus.RtuMaster", "modbus.TcpMaster"), encoders);
  }

  @Test
  void concreteClassesAreFinal() {
    List<String> violations =
        classes.stream()
            .filter(type -> !type.isInterface() && !type.isEnum() && !type.isAnonymousClass())
            .filter(type -> !type.getName().endsWith("package-info"))
            .filter(type -> !type.getModifiers().contains(JavaModifier.FINAL))
            .filter(type -> !type.getModifiers().contains(JavaModifier.ABSTRACT))
            .filter(type -> !type.reflect().isSealed())
            .map(JavaClass::getName)
            .toList();
    assertNone(violations);
  }

  @Test
  void accessorsHaveNoGetPrefix() {
    List<String> violations =
        classes.stream()
            .flatMap(type -> type.getMethods().stream())
            .filter(method -> method.getName().matches("get[A-Z].*"))
            .filter(method -> !isForeignContract(method))
            .map(JavaMethod::getFullName)
            .toList();
    assertNone(violations);
  }

  private static boolean mayUse(Dependency dependency) {
    String from = packageOf(dependency.getOriginClass());
    String to = packageOf(dependency.getTargetClass());
    PackageTable.Row row = PackageTable.ROWS.get(from);
    return from.equals(to) || (row != null && row.mayUse().contains(to));
  }

  private static Stream<Dependency> dependencies() {
    return classes.stream().flatMap(type -> type.getDirectDependenciesFromSelf().stream());
  }

  /// Full names of the types and members that a type uses, `java.lang.System.exit` for a member.
  private static Set<String> touchedBy(JavaClass type) {
    Set<String> touched = new TreeSet<>();
    for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
      touched.add(dependency.getTargetClass().getBaseComponentType().getName());
    }
    for (JavaAccess<?> access : type.getAccessesFromSelf()) {
      touched.add(access.getTargetOwner().getName() + "." + access.getName());
    }
    return touched;
  }

  private static boolean isSuperCall(JavaConstructorCall call) {
    return call.getOrigin().isConstructor()
        && call.getOriginOwner()
            .getRawSuperclass()
            .filter(parent -> parent.equals(call.getTargetOwner()))
            .isPresent();
  }

  private static boolean isForeignContract(JavaMethod method) {
    JavaClass owner = method.getOwner();
    return Stream.concat(
            owner.getAllRawSuperclasses().stream(), owner.getAllRawInterfaces().stream())
        .filter(parent -> !isOurs(parent))
        .flatMap(parent -> parent.getMethods().stream())
        .anyMatch(inherited -> inherited.getName().equals(method.getName()));
  }

  private static boolean isOurs(JavaClass type) {
    String name = type.getBaseComponentType().getPackageName();
    return name.equals(ROOT) || name.startsWith(ROOT + ".");
  }

  private static String packageOf(JavaClass type) {
    String name = type.getBaseComponentType().getPackageName();
    return name.equals(ROOT) ? ROOT : name.substring(ROOT.length() + 1);
  }

  /// `engine.Worker` for `rackpulse.engine.Worker$Step`; `rackpulse.Main` in the root package.
  private static String topLevelNameOf(JavaClass type) {
    String name = type.getName().substring(type.getPackageName().length() + 1);
    int nested = name.indexOf('$');
    return packageOf(type) + "." + (nested < 0 ? name : name.substring(0, nested));
  }

  private static void assertNone(Collection<String> violations) {
    assertEquals("", String.join("\n", violations));
  }
}
