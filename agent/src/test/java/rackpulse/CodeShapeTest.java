package rackpulse;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.source.tree.BlockTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ImportTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.PrimitiveTypeTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import javax.lang.model.element.Name;
import javax.lang.model.type.TypeKind;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Conventions that can be seen in the syntax trees of all Java sources.
class CodeShapeTest {
  private static final int MAX_METHOD_LINES = 70;
  private static final int MAX_PARAMETERS = 5;

  /// Words that say nothing about what a type is.
  private static final Set<String> EMPTY_WORDS =
      Set.of("manager", "helper", "helpers", "util", "utils", "impl", "abstract");

  /// A number so named is a time, and its name must end in a unit.
  private static final Set<String> TIME_WORDS =
      Set.of("timeout", "delay", "interval", "period", "deadline", "pause", "elapsed", "duration");

  private static final Set<String> TIME_UNITS = Set.of("millis", "nanos", "micros", "seconds");

  private static final Set<TypeKind> NUMBERS =
      EnumSet.of(TypeKind.INT, TypeKind.LONG, TypeKind.FLOAT, TypeKind.DOUBLE);

  private static List<Violation> violations = List.of();

  private enum Rule {
    METHOD_LENGTH,
    PARAMETERS,
    TYPE_NAME,
    TIME_UNIT,
    JAVADOC,
    IMPORT
  }

  private record Violation(Rule rule, String text) {}

  @BeforeAll
  static void parseSources() throws IOException {
    List<Path> paths = new ArrayList<>();
    for (Sources.File file : Sources.all()) {
      if (file.isJava()) {
        paths.add(Sources.REPOSITORY.resolve(file.path()));
      }
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<Violation> found = new ArrayList<>();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  manager,
                  null,
                  List.of("-proc:none"),
                  null,
                  manager.getJavaFileObjectsFromPaths(paths));
      for (CompilationUnitTree unit : task.parse()) {
        new Inspection(unit, DocTrees.instance(task), found).scan(unit, null);
      }
    }
    violations = found;
  }

  @Test
  void methodsStayShort() {
    assertNone(Rule.METHOD_LENGTH);
  }

  @Test
  void methodsTakeFewParameters() {
    assertNone(Rule.PARAMETERS);
  }

  @Test
  void typeNamesSaySomething() {
    assertNone(Rule.TYPE_NAME);
  }

  @Test
  void timesInNumbersEndInTheirUnit() {
    assertNone(Rule.TIME_UNIT);
  }

  @Test
  void topLevelTypesHaveJavadoc() {
    assertNone(Rule.JAVADOC);
  }

  @Test
  void importsAreExplicit() {
    assertNone(Rule.IMPORT);
  }

  private static void assertNone(Rule rule) {
    Set<String> found = new TreeSet<>();
    for (Violation violation : violations) {
      if (violation.rule() == rule) {
        found.add(violation.text());
      }
    }
    assertEquals("", String.join("\n", found));
  }

  /// Words of a name in lower case: `pauseMillis` and `PAUSE_MILLIS` are [pause, millis].
  static List<String> words(String name) {
    boolean isConstant = name.equals(name.toUpperCase(Locale.ROOT));
    String spaced = isConstant ? name : name.replaceAll("([a-z0-9])([A-Z])", "$1_$2");
    return List.of(spaced.toLowerCase(Locale.ROOT).split("_", 0));
  }

  /// Walks one file and notes what breaks a rule.
  private static final class Inspection extends TreePathScanner<@Nullable Void, @Nullable Void> {
    private final CompilationUnitTree unit;
    private final DocTrees trees;
    private final boolean isOfProgram;
    private final List<Violation> found;

    Inspection(CompilationUnitTree unit, DocTrees trees, List<Violation> found) {
      this.unit = unit;
      this.trees = trees;
      this.isOfProgram = unit.getSourceFile().getName().contains("/src/main/");
      this.found = found;
    }

    @Override
    public @Nullable Void visitImport(ImportTree tree, @Nullable Void ignored) {
      if (tree.getQualifiedIdentifier().toString().endsWith(".*")) {
        note(Rule.IMPORT, tree, "imports everything");
      }
      return super.visitImport(tree, null);
    }

    @Override
    public @Nullable Void visitClass(ClassTree tree, @Nullable Void ignored) {
      for (String word : words(tree.getSimpleName().toString())) {
        if (EMPTY_WORDS.contains(word)) {
          note(Rule.TYPE_NAME, tree, tree.getSimpleName() + " says " + word);
        }
      }
      boolean isTopLevel = getCurrentPath().getParentPath().getLeaf() == unit;
      if (isTopLevel && isOfProgram && trees.getDocComment(getCurrentPath()) == null) {
        note(Rule.JAVADOC, tree, tree.getSimpleName() + " has no Javadoc");
      }
      return super.visitClass(tree, null);
    }

    @Override
    public @Nullable Void visitMethod(MethodTree tree, @Nullable Void ignored) {
      int parameters = tree.getParameters().size();
      boolean isOfRecord = getCurrentPath().getParentPath().getLeaf().getKind() == Tree.Kind.RECORD;
      if (parameters > MAX_PARAMETERS && !(isOfRecord && tree.getReturnType() == null)) {
        note(Rule.PARAMETERS, tree, tree.getName() + " takes " + parameters + " parameters");
      }
      BlockTree body = tree.getBody();
      if (body != null && lines(body) > MAX_METHOD_LINES) {
        note(Rule.METHOD_LENGTH, tree, tree.getName() + " has " + lines(body) + " lines");
      }
      if (!isOverriding(tree)) {
        inspectNumber(tree, tree.getReturnType(), tree.getName());
      }
      return super.visitMethod(tree, null);
    }

    /// Its name was chosen where it was declared first, which may be a library.
    private static boolean isOverriding(MethodTree tree) {
      return tree.getModifiers().getAnnotations().stream()
          .anyMatch(annotation -> annotation.getAnnotationType().toString().equals("Override"));
    }

    @Override
    public @Nullable Void visitVariable(VariableTree tree, @Nullable Void ignored) {
      inspectNumber(tree, tree.getType(), tree.getName());
      return super.visitVariable(tree, null);
    }

    private void inspectNumber(Tree where, @Nullable Tree type, Name name) {
      if (type instanceof PrimitiveTypeTree primitive
          && NUMBERS.contains(primitive.getPrimitiveTypeKind())) {
        List<String> words = words(name.toString());
        if (words.stream().anyMatch(TIME_WORDS::contains)
            && !TIME_UNITS.contains(words.getLast())) {
          note(Rule.TIME_UNIT, where, name + " does not end in a unit of time");
        }
      }
    }

    private long lines(Tree tree) {
      LineMap map = unit.getLineMap();
      long start = trees.getSourcePositions().getStartPosition(unit, tree);
      long end = trees.getSourcePositions().getEndPosition(unit, tree);
      return map.getLineNumber(end) - map.getLineNumber(start) + 1;
    }

    private void note(Rule rule, Tree tree, String what) {
      long position = trees.getSourcePositions().getStartPosition(unit, tree);
      Path path = Path.of(unit.getSourceFile().toUri());
      String where = Sources.REPOSITORY.relativize(path).toString();
      long line = unit.getLineMap().getLineNumber(position);
      found.add(new Violation(rule, where + ":" + line + ": " + what));
    }
  }
}
