using System.Security.Claims;
using System.Text.Json;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using ModelContextProtocol.Protocol;
using RunLedger.Folding;
using RunLedger.Service.Actions;
using RunLedger.Service.Database;
using RunLedger.Service.Security;
using RunLedger.Service.Standby;
using RunLedger.Telemetry;

namespace RunLedger.Service.Assistants;

/// <summary>
/// What every call of a tool has in common: how often, where it is read, what is said when it cannot be, and the line
/// in the log of actions.
/// </summary>
sealed partial class ToolCalls(
    QuestionLog questions,
    ReadingDialect database,
    AssistantMeter meter,
    IOptions<AssistantOptions> options,
    ILogger<ToolCalls> log) : IAsyncDisposable
{
    /// <summary>Of arguments that are written down; there are fewer, and a refused call may have any.</summary>
    const int MostNoted = 20;

    readonly PartitionedRateLimiter<string> _rate = PartitionedRateLimiter.Create<string, string>(who =>
        RateLimitPartition.GetTokenBucketLimiter(who, _ => new()
        {
            TokenLimit = options.Value.CallsPerMinute,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromMinutes(1) / options.Value.CallsPerMinute,
        }));

    public async Task<CallToolResult> Answer<T>(
        string tool,
        string? scope,
        ClaimsPrincipal? user,
        IDictionary<string, JsonElement>? arguments,
        Func<Task<ToolAnswer<T>>> ask,
        CancellationToken cancellationToken)
        where T : class
    {
        var caller = user is null ? null : Caller.From(user);
        using var lease = _rate.AttemptAcquire(caller?.Id ?? "");
        var result = lease.IsAcquired
            ? await Noted(
                tool, Operator.From(caller), arguments, Allowed(scope, caller) ? ask : NotAllowed, cancellationToken)
            : Refused($"Too many calls: {options.Value.CallsPerMinute} a minute are allowed. Wait a minute.");
        meter.Called(tool, result.IsError != true);
        return result;

        Task<ToolAnswer<T>> NotAllowed() => Task.FromResult(ToolAnswer<T>.Refused(
            $"It needs the scope {scope}, which this key or login does not have: whoever runs the ledger can grant it "
            + "(docs/security.md). The other tools need none but read."));
    }

    /// <summary>Whether a caller may use what needs a scope beside the one by which the tools are reached.</summary>
    public static bool Allowed(string? scope, Caller? caller) =>
        scope is null || caller?.Scopes.Contains(scope) == true;

    public ValueTask DisposeAsync() => _rate.DisposeAsync();

    async Task<CallToolResult> Noted<T>(
        string tool,
        string who,
        IDictionary<string, JsonElement>? arguments,
        Func<Task<ToolAnswer<T>>> ask,
        CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            var (value, fault) = await ReadSource.Ask(ask);
            var json = value is null ? "" : JsonSerializer.Serialize(value, typeof(T), AssistantJson.Readable);
            await questions.Enter(
                who, ActionNames.Ask, tool, Shown(arguments),
                fault is null ? $"answered: {json.Length} characters" : $"refused: {fault}", cancellationToken);
            return fault is not null ? Refused(fault) : new()
            {
                Content = [new TextContentBlock { Text = json }],
                StructuredContent = JsonSerializer.SerializeToElement(value, typeof(T), AssistantJson.Readable),
            };
        }
        catch (NewerFoldException e)
        {
            return Refused(e.Message);
        }
        catch (Exception e) when (database.Outage(e) is { } reason)
        {
            DatabaseAway(tool, ReadingDialect.Cause(e)!.Message);
            return Refused(
                $"The ledger's database cannot answer: {reason} Try again in some seconds; nothing is lost.");
        }
    }

    // A refused call may have sent anything, also what no database stores.
    static Dictionary<string, string> Shown(IDictionary<string, JsonElement>? arguments) =>
        (arguments ?? new Dictionary<string, JsonElement>()).Take(MostNoted)
            .GroupBy(one => new ForeignText(one.Key).ToString())
            .ToDictionary(one => one.Key, one => new ForeignText(one.First().Value.ToString()).ToString());

    static CallToolResult Refused(string fault) =>
        new() { Content = [new TextContentBlock { Text = fault }], IsError = true };

    [LoggerMessage(Level = LogLevel.Warning, Message = "The tool {Tool} could not answer: {Cause}")]
    partial void DatabaseAway(string tool, ForeignText cause);
}
