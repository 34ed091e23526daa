using System.Reflection;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using RunLedger.Service.Web;

namespace RunLedger.Service.Assistants;

/// <summary>A tool that reads the ledger: its arguments are a query as the API has them, its answer a record.</summary>
/// <typeparam name="TQuery">Its members are texts, each with the name of its argument.</typeparam>
/// <typeparam name="TAnswer">One of <see cref="AssistantJson"/>.</typeparam>
abstract class LedgerTool<TQuery, TAnswer>(ToolCalls calls) : McpServerTool, IScopedTool
    where TQuery : new()
    where TAnswer : class
{
    Tool? _tool;
    IReadOnlyList<(string Name, PropertyInfo Member)>? _accepted;

    public sealed override Tool ProtocolTool => _tool ??= new()
    {
        Name = Name,
        Title = Title,
        Description = About,
        InputSchema = ToolSchemas.Input(Accepted),
        OutputSchema = ToolSchemas.Output<TAnswer>(),
        // Of the ledger alone, and nothing else in the world.
        Annotations = new() { Title = Title, ReadOnlyHint = true, IdempotentHint = true, OpenWorldHint = false },
    };

    public sealed override IReadOnlyList<object> Metadata => [];

    protected abstract string Name { get; }

    protected abstract string Title { get; }

    protected abstract string About { get; }

    public virtual string? Scope => null;

    /// <summary>Arguments of the query that make no sense here.</summary>
    protected virtual IReadOnlyCollection<string> LeftOut => [];

    public sealed override async ValueTask<CallToolResult> InvokeAsync(
        RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken = default) =>
        await calls.Answer(
            Name,
            Scope,
            request.User,
            request.Params.Arguments,
            async () =>
            {
                var text = new QueryReader(ofAddress: false);
                var query = ToolArguments.Read<TQuery>(request.Params.Arguments, Accepted, text);
                return text.Problem is null
                    ? await Answer(query, text, cancellationToken)
                    : ToolAnswer<TAnswer>.Refused(text);
            },
            cancellationToken);

    /// <summary>Reads; what may be asked of the standby is asked again of the primary where that fails.</summary>
    protected abstract Task<ToolAnswer<TAnswer>> Answer(
        TQuery query, QueryReader text, CancellationToken cancellationToken);

    IReadOnlyList<(string Name, PropertyInfo Member)> Accepted =>
        _accepted ??= [.. QueryObject.Members<TQuery>().Where(one => !LeftOut.Contains(one.Name))];
}
