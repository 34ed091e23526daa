namespace RunLedger.Broker;

/// <summary>Takes a delivery past MassTransit's pipeline; false leaves it to the pipeline.</summary>
/// <param name="delivery">What came.</param>
/// <param name="settle">
/// Called once for what was taken: with null when it may be acknowledged, else with what it failed with, which leaves
/// it to the pipeline too.
/// </param>
delegate bool TakeDelivery(Delivery delivery, Action<Exception?> settle);
