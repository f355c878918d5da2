/// All that is wrong with a configuration, in the order of the file.
public struct ConfigurationErrors: Error, Sendable, Hashable, CustomStringConvertible {
    public let errors: [ConfigurationError]

    public init(_ errors: [ConfigurationError]) {
        // The standard library's sort keeps the order of what stands at the same place.
        self.errors = errors.sorted { $0.place < $1.place }
    }

    /// A line for each error.
    public var description: String { errors.map(\.description).joined(separator: "\n") }
}
