namespace Atelier.Configuration;

/// <summary>The app cannot start as it is. Its start ends with the message, one line that says what to change.</summary>
/// <param name="message">What is wrong and what must be instead. Never the value of a secret.</param>
public class StartException(string message) : Exception(message);
