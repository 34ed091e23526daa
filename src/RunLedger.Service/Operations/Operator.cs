namespace RunLedger.Service.Operations;

/// <summary>Who acts.</summary>
static class Operator
{
    /// <summary>Where nobody has to say who he is.</summary>
    public const string Local = "local";

    public static string Of(HttpContext http) => http.User.Identity?.Name is { Length: > 0 } name ? name : Local;
}
