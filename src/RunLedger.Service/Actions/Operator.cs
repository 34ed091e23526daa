using RunLedger.Service.Security;

namespace RunLedger.Service.Actions;

/// <summary>Who acts.</summary>
static class Operator
{
    /// <summary>Where no caller has to identify itself.</summary>
    public const string Local = "local";

    public static string From(HttpContext http) => From(Caller.From(http.User));

    public static string From(Caller? caller) => caller is { Source: not Local } who ? who.ToString() : Local;
}
