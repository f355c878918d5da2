import Glibc
import Testing

@testable import Server

struct DeliveryBookTests {
    @Test func countsGoOnFromThoseOfEarlierProcesses() throws {
        let book = try DeliveryBook()
        let first = DeliveryTally(book.page(of: "Camera"))
        first.add(5, to: .taken)
        first.add(3, to: .sent)
        let second = DeliveryTally(book.page(of: "Camera"))
        second.add(2, to: .taken)
        second.add(2, to: .sent)
        #expect(book.counts(of: "Camera") == second.counts)
        #expect(second.sent == 5)
        #expect(second.counts.waiting == 2)
        #expect(book.counts(of: "Camera.devices.a") == nil)
    }

    @Test func whatWasOnItsWayIsLostWithItsProcessOnce() throws {
        let book = try DeliveryBook()
        let tally = DeliveryTally(book.page(of: "Camera"))
        tally.add(9, to: .taken)
        tally.add(4, to: .sent)
        tally.add(2, to: .lostInQueue)
        tally.move(1, from: .sent, to: .lostWithClient)
        tally.add(7, to: .lostInDevice)
        _ = book.page(of: "Other")
        let lost = book.settle()
        #expect(lost.map(\.name) == ["Camera"])
        #expect(lost.map(\.lost) == [3])
        #expect(book.settle().isEmpty)
        let counts = try #require(book.counts(of: "Camera"))
        #expect(counts[.lostWithProcess] == 3)
        #expect(counts.lost == 13)
        #expect(counts.waiting == 0)
    }

    @Test func anotherProcessWithTheDescriptorSeesTheSame() throws {
        let book = try DeliveryBook()
        DeliveryTally(book.page(of: "Camera")).add(8, to: .sent)
        let copy = try DeliveryBook(descriptor: dup(book.descriptor))
        #expect(copy.counts(of: "Camera")?[.sent] == 8)
    }

    @Test func namesAndPagesAreBounded() throws {
        let book = try DeliveryBook()
        #expect(book.page(of: "") == nil)
        #expect(book.page(of: String(repeating: "a", count: 10_000)) == nil)
        let pages = (0..<1000).map { book.page(of: "Camera \($0)") != nil }
        #expect(pages.count { $0 } == 64)
        #expect(book.page(of: "Camera 63") != nil)
    }
}
