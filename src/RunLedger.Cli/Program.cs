using RunLedger.Cli;

return await CommandLine.Run(args, Console.Out, Console.Error, TimeProvider.System);
