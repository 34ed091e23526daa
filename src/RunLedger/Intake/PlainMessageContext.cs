using MassTransit;
using MassTransit.Serialization;

namespace RunLedger.Intake;

/// <summary>
/// What the headers say of a message without an envelope. Nobody knows when it was sent; MassTransit would read a time
/// out of any message id.
/// </summary>
sealed class PlainMessageContext(Headers headers, Uri destinationAddress)
    : RawMessageContext(headers, destinationAddress, RawSerializerOptions.Default), MessageContext
{
    DateTime? MessageContext.SentTime => null;
}
