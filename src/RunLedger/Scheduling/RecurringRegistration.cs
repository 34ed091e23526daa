using Microsoft.Extensions.DependencyInjection;

namespace RunLedger.Scheduling;

/// <summary>Registers recurring messages.</summary>
static class RecurringRegistration
{
    /// <summary>Sends a new <typeparamref name="TMessage"/> every so often, once per cluster.</summary>
    /// <param name="name">The job, for ever; the first registration of a name counts.</param>
    public static IServiceCollection AddRecurring<TMessage>(
        this IServiceCollection services, string name, TimeSpan every, Uri destination)
        where TMessage : class, new() =>
        services.AddRecurring(name, _ => every, _ => destination, _ => new TMessage());

    /// <inheritdoc cref="AddRecurring{TMessage}(IServiceCollection, string, TimeSpan, Uri)"/>
    /// <param name="every">The period, from the options.</param>
    /// <param name="destination">The address, from the options.</param>
    /// <param name="make">Makes the message, given when it was due.</param>
    public static IServiceCollection AddRecurring<TMessage>(
        this IServiceCollection services,
        string name,
        Func<IServiceProvider, TimeSpan> every,
        Func<IServiceProvider, Uri> destination,
        Func<DateTimeOffset, TMessage> make)
        where TMessage : class =>
        services.AddSingleton(provider => new RecurringMessage(name, every(provider), destination(provider), make));
}
