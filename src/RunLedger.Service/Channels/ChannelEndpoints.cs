using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using RunLedger.Service.Actions;
using RunLedger.Service.Outward;
using RunLedger.Service.Settings;
using RunLedger.Service.Web;

namespace RunLedger.Service.Channels;

/// <summary>Through what people are told.</summary>
static class ChannelEndpoints
{
    const string Page = "/incidents";

    const string Example =
        """
        { "kind": "webhook", "address": "https://hooks.example.com/ledger", "key": "env:RUNLEDGER_SECRET_HOOK" }
        """;

    public static IServiceCollection AddChannels(this IServiceCollection services)
    {
        services.AddOutward();
        services.AddOptions<ChannelOptions>()
            .Configure<IConfiguration>((options, settings) =>
                LedgerSettings.Bind(settings.GetSection(ChannelOptions.Section), options))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.TryAddEnumerable(
        [
            ServiceDescriptor.Singleton<IChannelKind, WebhookChannel>(),
            ServiceDescriptor.Singleton<IChannelKind, SlackChannel>(),
            ServiceDescriptor.Singleton<IChannelKind, TeamsChannel>(),
            ServiceDescriptor.Singleton<IChannelKind, MailChannel>(),
            ServiceDescriptor.Singleton<IChannelKind, PagerDutyChannel>(),
        ]);
        services.TryAddSingleton<IncidentMeter>();
        services.TryAddSingleton<ChannelSender>();
        services.TryAddSingleton<ChannelQueries>();
        services.TryAddSingleton<ChannelActions>();
        return services;
    }

    /// <summary>What sends what waits.</summary>
    public static IServiceCollection AddDeliveries(this IServiceCollection services)
    {
        services.TryAddSingleton<DeliverySignal>();
        services.TryAddSingleton<DeliveryTurn>();
        services.AddHostedService<DeliveryLoop>();
        services.AddHealthChecks().AddCheck<ChannelHealthCheck>("ledger-channels", tags: ["ready"]);
        return services;
    }

    public static IEndpointRouteBuilder MapChannels(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapReading();
        api.MapGet("/channels", async ([FromServices] ChannelQueries channels, CancellationToken cancellationToken) =>
                TypedResults.Json(
                    new ChannelsAnswer(await channels.List(cancellationToken)), ChannelJson.Default.ChannelsAnswer))
            .WithName("ListChannels").WithSummary("Through what people are told, and whether it works.")
            .Produces<ChannelsAnswer>();
        api.MapGet("/channels/{name}", GetChannel).WithName("GetChannel").WithSummary("One channel.")
            .Produces<ChannelAnswer>().ProducesProblem(StatusCodes.Status404NotFound);
        return routes;
    }

    public static IEndpointRouteBuilder MapChannelActions(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapOperating();
        api.MapPut("/channels/{name}", Put).WithName("PutChannel").WithSummary("Puts a channel, or changes it.")
            .WithDescription("Secrets are taken and never shown; of one that is not sent the last is kept, unless it "
                + "would go to another server than before. A ledger has at most 100.")
            .Accepts<ChannelBody>("application/json")
            .Produces<ChannelAnswer>().Produces<ChannelAnswer>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status409Conflict).WithExamples(Example);
        api.MapDelete("/channels/{name}", Delete).WithName("DeleteChannel")
            .WithSummary("Takes a channel away, and what waits for it; not while a rule tells through it.")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        api.MapPost("/channels/{name}/test", Test).WithName("TestChannel")
            .WithSummary("Tells through a channel that it is tested, now, and answers what became of it.")
            .Produces<ChannelTestAnswer>().ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapForms().MapPost("/channels/{name}/test", TestByForm);
        return routes;
    }

    static async Task<IResult> GetChannel(
        string name, [FromServices] ChannelQueries channels, CancellationToken cancellationToken) =>
        await channels.Find(name, cancellationToken) is { } channel
            ? TypedResults.Json(channel, ChannelJson.Default.ChannelAnswer)
            : Answers.Unknown("channel", name);

    static async Task<IResult> Put(
        string name,
        HttpContext http,
        [FromServices] ChannelActions actions,
        [FromServices] ChannelQueries channels,
        CancellationToken cancellationToken)
    {
        var (body, problem) = await OperatorBody.Read<ChannelBody>(http.Request, cancellationToken);
        if (problem is not null)
            return problem;
        var (created, faults, tooMany) = await actions.Put(name, body!, Operator.From(http), cancellationToken);
        if (tooMany)
        {
            return TypedResults.Problem(
                $"There are {Channel.Most:N0} channels already, and a ledger keeps no more: delete one first.",
                statusCode: StatusCodes.Status409Conflict);
        }

        return faults.Count > 0
            ? OperatorBody.Bad(string.Join(' ', faults))
            : TypedResults.Json(
                await channels.Find(name, cancellationToken),
                ChannelJson.Default.ChannelAnswer,
                statusCode: created ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    static async Task<IResult> Delete(
        string name, HttpContext http, [FromServices] ChannelActions actions, CancellationToken cancellationToken) =>
        await actions.Delete(name, Operator.From(http), null, cancellationToken) switch
        {
            null => Answers.Unknown("channel", name),
            { Count: > 0 } rules => TypedResults.Problem(
                $"{string.Join(", ", rules)} tell through the channel {name}: have them tell through another one, or "
                + "delete them first.",
                statusCode: StatusCodes.Status409Conflict),
            _ => TypedResults.NoContent(),
        };

    static async Task<IResult> Test(
        string name, HttpContext http, [FromServices] ChannelActions actions, CancellationToken cancellationToken) =>
        await actions.Test(name, Operator.From(http), cancellationToken) is { } answer
            ? TypedResults.Json(answer, ChannelJson.Default.ChannelTestAnswer)
            : Answers.Unknown("channel", name);

    static async Task<IResult> TestByForm(
        string name,
        HttpContext http,
        [FromForm] string? _,
        ChannelActions actions,
        CancellationToken cancellationToken) =>
        FormOutcomes.Back(Page, await actions.Test(name, Operator.From(http), cancellationToken) switch
        {
            null => FormOutcomes.Gone,
            { Delivered: true } => "tested",
            _ => "untested",
        });
}
