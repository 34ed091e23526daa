using System.ComponentModel;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RunLedger.Service.Settings;
using RunLedger.Service.Web;

namespace RunLedger.Service.Actions;

/// <summary>What operators did, and what became of it.</summary>
static class ActionEndpoints
{
    public static IServiceCollection AddActions(this IServiceCollection services)
    {
        services.TryAddSingleton<ActionQueries>();
        services.TryAddSingleton<ActionLog>();
        services.TryAddSingleton<QuestionLog>();
        return services;
    }

    /// <summary>Takes old ones away; beside what writes them.</summary>
    public static IServiceCollection AddActionPurge(this IServiceCollection services)
    {
        services.AddOptions<ActionOptions>()
            .Configure<IConfiguration>((options, settings) =>
                LedgerSettings.Bind(settings.GetSection(ActionOptions.Section), options))
            .ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<ActionPurge>();
        services.AddHostedService(provider => provider.GetRequiredService<ActionPurge>());
        return services;
    }

    public static IEndpointRouteBuilder MapActions(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapReading();
        api.MapGet("/actions", ListActions).WithName("ListActions")
            .WithSummary("What people did, and what became of it, newest first, a page at a time.")
            .Describes<PageAnswer<OperatorAction>>().AddOpenApiOperationTransformer(QuerySchemas.Describe);
        api.MapGet("/actions/{id}", GetAction).WithName("GetAction")
            .WithSummary("One action; of work on a group its detail says how far it is.")
            .Describes<OperatorAction>().ProducesProblem(StatusCodes.Status404NotFound);
        return routes;
    }

    static async Task<IResult> ListActions(
        [Description("Only actions of this kind, such as query.")] string? action,
        [Description("How many a page holds at most.")] string? limit,
        [Description("nextCursor of the page before, for the page after it.")] string? cursor,
        [FromServices] ActionQueries actions,
        CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        var kind = text.OneOf("action", action, ActionNames.All);
        var page = text.Page(kind is null ? "actions" : $"actions\n{kind}", limit, cursor);
        return text.Problem is { } problem
            ? problem
            : Answers.Paged(
                await actions.List(kind, page, cancellationToken),
                page,
                OperatorAction.From,
                ActionJson.Default.PageAnswerOperatorAction);
    }

    static async Task<IResult> GetAction(
        string id, [FromServices] ActionQueries actions, CancellationToken cancellationToken)
    {
        var text = new QueryReader();
        var sent = text.Id("id", id);
        return text.Problem is { } problem ? problem
            : await actions.Find(sent.GetValueOrDefault(), cancellationToken) is { } action
                ? TypedResults.Json(OperatorAction.From(action), ActionJson.Default.OperatorAction)
                : Answers.Unknown("action", id);
    }
}
