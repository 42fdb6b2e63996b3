import * as accounts from './accounts/index.ts';
import * as catalog from './catalog/index.ts';
import * as discovery from './discovery/index.ts';
import * as payout from './payout/index.ts';
import * as playback from './playback/index.ts';
import * as subscriptions from './subscriptions/index.ts';

/** The outside world, as the core sees it. */
export type Ports = accounts.AccountPorts &
  catalog.CatalogPorts &
  playback.PlaybackPorts &
  subscriptions.SubscriptionPorts &
  payout.PayoutPorts &
  discovery.DiscoveryPorts;

/** What one transaction can reach. */
export type Stores = accounts.AccountStores &
  catalog.CatalogStores &
  subscriptions.SubscriptionStores &
  payout.PayoutStores;

/** All that the outbox may carry. */
export type PlatformEvent =
  accounts.AccountEvent | catalog.CatalogEvent | subscriptions.SubscriptionEvent | payout.PayoutEvent;

/** Everything the platform can do, given the outside world. */
export const createCore = (ports: Ports) => {
  const judge = payout.judgeBy(payout.PAYOUT_POLICY);
  const recording = { ...ports, judge };
  const streaming = { ...ports, isSubscribed: subscriptions.isSubscribed(ports) };

  return {
    accounts: {
      register: accounts.register(ports),
      logIn: accounts.logIn(ports),
      refreshSession: accounts.refreshSession(ports),
      logOut: accounts.logOut(ports),
      editProfile: accounts.editProfile(ports),
      replaceAvatar: accounts.replaceAvatar(ports),
      settleAvatar: accounts.settleAvatar(ports),
      eraseAccount: accounts.eraseAccount(ports),
      forgetEndedSessions: accounts.forgetEndedSessions(ports),
    },
    catalog: {
      stageAudio: catalog.stageAudio(ports),
      discardAudio: catalog.discardAudio(ports),
      publishTrack: catalog.publishTrack(ports),
      publishUpload: catalog.publishUpload(ports),
      editTrack: catalog.editTrack(ports),
      removeTrack: catalog.removeTrack(ports),
      settleArtwork: catalog.settleArtwork(ports),
      removeAllTracksOf: catalog.removeAllTracksOf(ports),
      processTrack: catalog.processTrack(ports),
      resumeProcessing: catalog.resumeProcessing(ports),
      discardRenditions: catalog.discardRenditions(ports),
      findCopies: catalog.findCopies(ports),
    },
    playback: {
      recordPlays: playback.recordPlays(recording),
      rejudgePlays: playback.rejudgePlays(recording),
      openStream: playback.openStream(streaming),
      openPreview: playback.openPreview(streaming),
      openLinkedStream: playback.openLinkedStream(streaming),
      listSegmented: playback.listSegmented(streaming),
      openSegmented: playback.openSegmented(streaming),
      signStreamLink: playback.signStreamLink(streaming),
    },
    subscriptions: {
      startCheckout: subscriptions.startCheckout(ports),
      receiveWebhook: subscriptions.receiveWebhook(ports),
      applyWebhook: subscriptions.applyWebhook(ports),
      current: subscriptions.currentSubscription(ports),
      openPortal: subscriptions.openPortal(ports),
      replayWebhook: subscriptions.replayWebhook(ports),
      retryOverdueWebhooks: subscriptions.retryOverdueWebhooks(ports),
      reconcile: subscriptions.reconcile(ports),
      endSubscriptions: subscriptions.endSubscriptions(ports),
    },
    payout: {
      earningsOf: payout.earningsOf(ports),
      addRate: payout.addRate(ports),
      advanceRollup: payout.advanceRollup(ports),
      setSplit: payout.setSplit(ports),
      splitOf: payout.splitOf(ports),
      acceptShare: payout.acceptShare(ports),
      declineShare: payout.declineShare(ports),
      bookReceipts: payout.bookReceipts(ports),
      raiseHolds: payout.raiseHolds(ports),
      holdCopy: payout.holdCopy(ports),
      settleHold: payout.settleHold(ports),
      holdOnTrack: payout.holdOnTrack(ports),
      reversePlays: payout.reversePlays(ports),
      closePeriod: payout.closePeriod(ports),
      closeDuePeriods: payout.closeDuePeriods(ports),
      verifyBooks: payout.verifyBooks(ports),
      releaseEarnings: payout.releaseEarnings(ports),
      startOnboarding: payout.startOnboarding(ports),
      transferEarnings: payout.transferEarnings(ports),
      resumeTransfers: payout.resumeTransfers(ports),
      followPayee: payout.followPayee(ports),
      findStatement: payout.findStatement(ports),
      listStatements: payout.listStatements(ports),
    },
    discovery: {
      recommend: discovery.recommend(ports),
      recommendSimilar: discovery.recommendSimilar(ports),
      radioNext: discovery.radioNext(ports),
      exportTrainingData: discovery.exportTrainingData(ports),
      trainRecommender: discovery.trainRecommender(ports),
      forgetOldImpressions: discovery.forgetOldImpressions(ports),
      forgetListener: discovery.forgetListener(ports),
    },
  };
};

export type Core = ReturnType<typeof createCore>;
