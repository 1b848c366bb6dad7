namespace Patterns.Postgres;

/// <summary>The statement's answers could not be read. Its transaction is complete.</summary>
internal sealed class AnswersException(string message, Exception? inner = null) : InvalidOperationException(message, inner);
