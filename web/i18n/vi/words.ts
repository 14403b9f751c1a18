import type { Role } from '#contract/account.ts';
import type { AiringState } from '#contract/airing.ts';
import type { AreaLevel } from '#contract/area.ts';
import type { BulletinState, Rendering } from '#contract/bulletin.ts';
import type { ReceiverKind } from '#contract/enrolment.ts';
import type { Class, DeliveryState, EvidenceLevel, Purpose } from '#contract/primitives.ts';
import type { Receiver, ReceiverState } from '#contract/receiver.ts';

type Named<K extends string> = Record<K, string>;

/** The words of the system, one a thing, by their names on the wire. */
export const words = {
  area: 'địa bàn',
  class: { normal: 'thông thường', priority: 'ưu tiên', emergency: 'khẩn cấp' } satisfies Named<Class>,
  purpose: { real: 'phát thật', drill: 'diễn tập' } satisfies Named<Purpose>,
  level: {
    province: 'tỉnh, thành phố',
    district: 'huyện, trung tâm liên xã',
    commune: 'xã, phường',
    hamlet: 'ấp, thôn, khóm',
  } satisfies Named<AreaLevel>,
  role: {
    author: 'soạn bản tin',
    approver: 'phê duyệt',
    'duty-officer': 'trực ban',
    technician: 'kỹ thuật',
    administrator: 'quản trị',
    viewer: 'xem',
  } satisfies Named<Role>,
  bulletinState: {
    draft: 'bản nháp',
    submitted: 'chờ duyệt',
    approved: 'đã duyệt',
    rejected: 'bị trả lại',
  } satisfies Named<BulletinState>,
  renderingState: {
    none: 'chưa tạo tiếng',
    queued: 'đang chờ tạo tiếng',
    running: 'đang tạo tiếng',
    done: 'đã có tiếng',
    failed: 'tạo tiếng bị lỗi',
    cancelled: 'đã dừng tạo tiếng',
  } satisfies Named<Rendering['state']>,
  airingState: { planned: 'đã lên lịch', cancelled: 'đã huỷ', closed: 'đã kết thúc' } satisfies Named<AiringState>,
  deliveryState: {
    planned: 'đã lên lịch',
    ready: 'sẵn sàng',
    playing: 'đang phát',
    played: 'đã phát đủ',
    partial: 'phát thiếu',
    interrupted: 'bị ngắt',
    missed: 'bỏ lỡ',
    failed: 'lỗi',
    refused: 'bị từ chối',
    cancelled: 'đã huỷ',
    displaced: 'nhường tin khác',
    unknown: 'chưa rõ',
  } satisfies Named<DeliveryState>,
  evidence: {
    received: 'đã nhận lệnh',
    armed: 'đã nạp sẵn',
    started: 'đã bắt đầu',
    rendered: 'đã phát ra loa',
    heard: 'đã nghe thấy',
  } satisfies Named<EvidenceLevel>,
  receiverKind: { loudspeaker: 'loa', gateway: 'cổng chuyển (FM, ampli)' } satisfies Named<ReceiverKind>,
  receiverState: { active: 'đang dùng', revoked: 'đã thu hồi', quarantined: 'cách ly' } satisfies Named<ReceiverState>,
  presence: { online: 'có kết nối', offline: 'mất kết nối', unknown: 'chưa rõ' } satisfies Named<Receiver['presence']>,
  today: 'hôm nay',
  yesterday: 'hôm qua',
  tomorrow: 'ngày mai',
  seconds: 'giây',
  minutes: 'phút',
  hours: 'giờ',
  days: 'ngày',
};
