#include "releaser.hpp"

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include <utility>

namespace alleycat::app {

using quarantine::Filter;
using quarantine::HeldId;
using quarantine::HeldRecord;
using quarantine::Page;
using quarantine::Store;

namespace {

/// The page that holds this one record, or nothing.
Result<Page> only(Store& store, const HeldId& id)
{
    const auto found = store.find(id);
    if (!found) {
        return found.error();
    }
    Page page;
    if (*found) {
        page.records.push_back(**found);
        page.total = 1;
    }
    return page;
}

}  // namespace

Releaser::Releaser(Way way, stream::Producer producer)
    : way_(std::move(way)), producer_(std::move(producer)), reader_(way_.limits)
{
}

bool Releaser::try_release(serve::ReleaseOrder order, Done done)
{
    if (closed_ || orders_.size() >= kOrders) {
        return false;
    }
    orders_.push_back({std::move(order), std::move(done), std::nullopt, {}});
    if (orders_.size() == 1) {
        begin_step();
    }
    return true;
}

template <class Task, class Then>
void Releaser::ask(Task task, Then then)
{
    const bool asked = way_.quarantine.try_ask([network = way_.network, task, then](Store& store) {
        boost::asio::post(network, [then, answer = task(store)]() mutable { then(std::move(answer)); });
    });
    if (!asked) {
        fail(make_error_code(boost::system::errc::resource_unavailable_try_again));
    }
}

void Releaser::begin_step()
{
    step_.reset();
    const auto& order = orders_.front();
    const auto room = std::min(kStep, kMost - static_cast<std::size_t>(order.outcome.released));
    ask(
        [what = order.what, after = order.after, room](Store& store) {
            const auto* id = std::get_if<HeldId>(&what);
            return id != nullptr ? only(store, *id) : store.oldest(std::get<Filter>(what), after, room);
        },
        [this](Result<Page> page) { take(std::move(page)); });
}

void Releaser::take(Result<Page> page)
{
    if (!page) {
        fail(page.error());
        return;
    }
    auto& step = step_.emplace();
    step.last = !page->more || closed_;
    step.records = std::move(page->records);
    append();
}

void Releaser::append()
{
    auto& step = *step_;
    for (; step.appended < step.records.size(); ++step.appended) {
        if (!append(step.records[step.appended])) {
            static_cast<void>(producer_.flush());  // what is before it; its room is told of by progress()
            return;
        }
    }
    step.ticket = producer_.flush();
    progress();
}

bool Releaser::append(const HeldRecord& record)
{
    auto& order = orders_.front();
    order.after = record.id;
    payload_.assign(record.data).append(telemetry::RecordReader::kPadding, '\0');
    const auto text = std::string_view(payload_).substr(0, record.data.size());
    if (way_.erased.erased(record.racer_id, record.arrival_ms)) {
        return true;  // whoever erases takes it out of the quarantine, too
    }
    if (reader_.read_one(text) != telemetry::RecordReader::Item::Record) {
        ++order.outcome.invalid;
        order.outcome.why = reader_.rejection().message;
        return true;
    }
    stream::NewRecord released;
    released.partition_key = record.partition_key;
    released.data = text;
    released.record = &reader_.record();
    released.verdict = Verdict::let_go();
    if (!producer_.try_append(released)) {
        return false;
    }
    step_->settled.push_back(record.id);
    return true;
}

void Releaser::progress()
{
    if (!step_) {
        return;
    }
    if (step_->appended < step_->records.size()) {
        append();
    } else if (producer_.durable() >= step_->ticket) {
        forget();
    }
}

void Releaser::forget()
{
    auto step = std::move(*step_);
    step_.reset();
    orders_.front().outcome.released += step.settled.size();
    for (const auto& record : step.records) {
        spdlog::debug("quarantine: {} is released", to_text(record.id));
    }
    const bool last = step.last || orders_.front().outcome.released >= kMost;
    ask([ids = std::move(step.settled)](Store& store) { return store.remove(ids); },
        [this, last](const Result<std::uint64_t>& removed) {
            if (!removed) {
                fail(removed.error());
            } else if (last) {
                count_left();
            } else {
                begin_step();
            }
        });
}

void Releaser::count_left()
{
    const auto* filter = std::get_if<Filter>(&orders_.front().what);
    if (filter == nullptr) {
        finish();
        return;
    }
    ask([filter = *filter](Store& store) { return store.oldest(filter, std::nullopt, 0); },
        [this](const Result<Page>& page) {
            if (!page) {
                fail(page.error());
                return;
            }
            orders_.front().outcome.left = page->total;
            finish();
        });
}

void Releaser::finish()
{
    step_.reset();
    const auto order = std::move(orders_.front());
    orders_.pop_front();
    if (order.outcome.released != 0) {
        spdlog::info("quarantine: {} records are released, {} are left", order.outcome.released, order.outcome.left);
    }
    order.done(order.outcome);
    if (!orders_.empty()) {
        begin_step();
    }
}

void Releaser::fail(const boost::system::error_code& error)
{
    spdlog::error("quarantine: an order to release ends: {}", error.message());
    orders_.front().outcome.failure = error;
    finish();
}

void Releaser::close()
{
    closed_ = true;
    if (step_) {
        step_->last = true;
    }
    while (orders_.size() > 1) {
        orders_.back().outcome.failure = make_error_code(boost::system::errc::operation_canceled);
        orders_.back().done(orders_.back().outcome);
        orders_.pop_back();
    }
}

}  // namespace alleycat::app
