using RunLedger.Service.Security;

namespace RunLedger.Service.Actions;

/// <summary>Who acts.</summary>
static class Operator
{
    /// <summary>Where nobody has to say who he is.</summary>
    public const string Local = "local";

    public static string Of(HttpContext http) => Caller.From(http.User) is { Source: not Local } who ? who.ToString() : Local;
}
