using System.Reflection;

namespace RunLedger.Testing.Conformance;

/// <summary>The suites that a provider runs.</summary>
static class Suites
{
    const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly;

    static IEnumerable<Type> All =>
        typeof(Suites).Assembly.GetTypes().Where(type => type.IsAbstract && type.GetMethods(Own).Any(IsTest));

    /// <summary>The names of those that no class of the tests runs.</summary>
    public static List<string> NotIn(Assembly tests) =>
    [
        .. All.Where(suite => !tests.GetTypes().Any(type => !type.IsAbstract && type.IsSubclassOf(suite)))
            .Select(suite => suite.Name),
    ];

    static bool IsTest(MethodInfo method) => method.IsDefined(typeof(FactAttribute));
}
