using System.Reflection;
using MassTransit;
using RunLedger.Batching;
using RunLedger.Intake;

namespace RunLedger.Tests.Intake;

/// <summary>What goes back to its queue instead of the error queue.</summary>
public sealed class RequeueFilterTests
{
    static readonly Exception Given = new RequeueException("The process stops.");
    static readonly Exception Down = new ObjectDisposedException("IServiceProvider");

    public static TheoryData<Exception> Requeued =>
        [Given, new InvalidOperationException("", Given), Down, new InvalidOperationException("", Down)];

    public static TheoryData<Exception> Faulty =>
        [new InvalidOperationException("broken"), new ObjectDisposedException("Stream")];

    [Theory]
    [MemberData(nameof(Requeued))]
    public async Task What_the_process_is_to_blame_for_goes_back(Exception exception)
    {
        var thrown = await Assert.ThrowsAnyAsync<Exception>(
            () => new RequeueFilter().Send(Context.Of(exception), Pipe.Empty<ExceptionReceiveContext>()));

        Assert.Same(exception.GetBaseException(), thrown);
    }

    [Theory]
    [MemberData(nameof(Faulty))]
    public async Task What_the_message_is_to_blame_for_goes_on(Exception exception)
    {
        var moved = false;

        await new RequeueFilter().Send(Context.Of(exception), Pipe.Execute<ExceptionReceiveContext>(_ => moved = true));

        Assert.True(moved);
    }

#pragma warning disable CA1852 // A type made at run time derives from it.
    class Context : DispatchProxy
#pragma warning restore CA1852
    {
        Exception _exception = null!;

        public static ExceptionReceiveContext Of(Exception exception)
        {
            var context = Create<ExceptionReceiveContext, Context>();
            ((Context)(object)context)._exception = exception;
            return context;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod?.Name == "get_Exception" ? _exception : throw new NotSupportedException(targetMethod?.Name);
    }
}
